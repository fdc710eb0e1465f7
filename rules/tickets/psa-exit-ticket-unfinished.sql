-- SPDX-License-Identifier: Apache-2.0
-- id: psa-exit-ticket-unfinished
-- revision: 1
-- title: No exit ticket of the PSA is closed with a task left open
-- why: A closed ticket is taken for a finished exit. A task that is still open
--   on it is a step that nobody will take.
-- severity: medium
-- per: fleet
-- systems: connectwise-psa, autotask, halopsa
-- needs:
--   ticket[connectwise-psa.exit_tickets|autotask.exit_tickets|halopsa.exit_tickets],
--   resource[connectwise-psa.exit_tasks|autotask.exit_tasks|halopsa.exit_tasks]
-- fix: psa-exit-task
-- maps: soc2 CC4.1 supporting "Shows exit tickets that were closed before
--   their work was done; what was done is looked at by others"
-- maps: iso27001 A.6.5 supporting "Shows exit tickets that were closed before
--   their work was done; duties at the end of a job are carried out"
-- maps: nist80053 PS-4 supporting "Shows exit tickets that were closed before
--   their work was done in the work that ends access"
-- refs: ConnectWise PSA API: tasks of tickets; Autotask REST API:
--   TicketChecklistItems; HaloPSA API: ToDo
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
       t.for_customer, t.closed_at,
       coalesce(t.attr ->> '$.closed_by', t.attr ->> '$.closure_agent_id',
                t.attr ->> '$.completedByResourceID') AS closed_by
  FROM ticket AS t
  JOIN resource AS k
    ON k.tenant = t.tenant AND k.kind = 'list_entry' AND k.parent = t.id
 WHERE t.state = 'closed'
   AND coalesce(k.state, 'open') <> 'closed'
 GROUP BY t.tenant, t.id;
