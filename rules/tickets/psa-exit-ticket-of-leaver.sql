-- SPDX-License-Identifier: Apache-2.0
-- id: psa-exit-ticket-of-leaver
-- revision: 2
-- title: No exit ticket belongs to, or was closed by, somebody who had left
-- why: An exit that a leaver looks after is looked after by nobody, and one
--   that he closed after his last day says that he can still sign in.
-- severity: high
-- per: fleet
-- systems: halopsa, autotask
-- needs: ticket[halopsa.exit_tickets|autotask.exit_tickets],
--   account[halopsa.agents|autotask.resources],
--   person_link@fleet[halopsa.agents|autotask.resources]
-- fix: psa-ticket-reassign
-- maps: soc2 CC6.2 supporting "Shows exit tickets in the hands of leavers;
--   access is taken away when people leave"
-- maps: iso27001 A.8.2 supporting "Shows exit tickets in the hands of
--   leavers; few hold powerful rights"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows exit tickets in the
--   hands of leavers; access is reviewed"
-- population:
SELECT count(*) AS n
  FROM ticket AS t;
-- violations:
-- Open, or not known to be closed, is judged by the agent it belongs to;
-- closed by the agent who closed it and when.  A time that is not told counts
-- as after the leave.
WITH gone(tenant, account, person, left_at) AS (
    SELECT l.tenant, l.account, min(l.person), min(l.left_at)
      FROM person_link AS l
     WHERE l.certain = 1 AND l.left_at <= :now
     GROUP BY l.tenant, l.account)
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       CASE WHEN t.state = 'closed' THEN 'closed by ' ELSE 'belongs to ' END
           || coalesce(a.name, a.email, a.id) || ', who left '
           || iso(g.left_at) AS seen,
       'somebody who is here' AS wanted,
       t.state, t.closed_at, t.for_customer, g.person
  FROM ticket AS t
  JOIN gone AS g
    ON g.tenant = t.tenant
   AND g.account = CASE WHEN t.state = 'closed'
                        THEN CAST(coalesce(
                                 t.attr ->> '$.closure_agent_id',
                                 t.attr ->> '$.completedByResourceID')
                             AS TEXT)
                        ELSE t.owner END
  JOIN account AS a ON a.tenant = g.tenant AND a.id = g.account
 WHERE coalesce(t.state, 'unknown') <> 'closed'
    OR coalesce(t.closed_at, :now) >= g.left_at;
