-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-exit-ticket-unfinished
-- revision: 1
-- title: No exit ticket of the PSA is closed with a task left open
-- why: A closed ticket is taken for a finished exit. A task that is still open
--   on it is a step that nobody will take.
-- severity: medium
-- per: fleet
-- systems: connectwise-psa
-- needs: ticket[connectwise-psa.exit_tickets],
--   resource[connectwise-psa.exit_tasks]
-- fix: connectwise-exit-task
-- maps: soc2 CC4.1 supporting "Shows exit tickets that were closed before
--   their work was done; controls are watched by others than those they are
--   about"
-- maps: iso27001 A.6.5 supporting "Shows exit tickets that were closed before
--   their work was done; duties at the end of a job are carried out"
-- maps: nist80053 PS-4 supporting "Shows exit tickets that were closed before
--   their work was done in the work that ends access"
-- refs: ConnectWise PSA API: closedFlag of tickets and of their tasks
-- population:
SELECT count(*) AS n
  FROM ticket AS t
 WHERE t.state = 'closed';
-- violations:
-- A task that does not say whether it is done is open.
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       count(*) || CASE count(*) WHEN 1 THEN ' task' ELSE ' tasks' END
           || ' open: ' || min(coalesce(k.name, k.id)) AS seen,
       'all tasks done before the ticket is closed' AS wanted,
       t.for_customer, t.closed_at, t.attr ->> '$.closed_by' AS closed_by
  FROM ticket AS t
  JOIN resource AS k
    ON k.tenant = t.tenant AND k.kind = 'list_entry' AND k.parent = t.id
 WHERE t.state = 'closed'
   AND coalesce(k.state, 'open') <> 'closed'
 GROUP BY t.tenant, t.id;
