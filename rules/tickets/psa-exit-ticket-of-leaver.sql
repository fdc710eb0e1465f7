-- SPDX-License-Identifier: Apache-2.0
-- id: psa-exit-ticket-of-leaver
-- revision: 4
-- title: No exit ticket belongs to, or was closed by, somebody who had left
-- why: An exit that a leaver looks after is looked after by nobody, and one
--   that he closed after his last day says that he can still sign in.
-- severity: high
-- per: fleet
-- systems: connectwise-psa, autotask, halopsa
-- needs:
--   ticket[connectwise-psa.exit_tickets|autotask.exit_tickets|halopsa.exit_tickets],
--   account[connectwise-psa.members|autotask.resources|halopsa.agents],
--   person_link@fleet[connectwise-psa.members|autotask.resources|halopsa.agents]
-- param: days 14 "Days before the leave date in which closing a ticket counts"
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
-- Open, or not known to be closed, is judged by whom it belongs to; closed by
-- who closed it and when, up to two weeks before leaving.  ConnectWise names
-- who closed it by the sign-in name.  A time that is not told counts as after
-- the leave.
WITH gone(tenant, account, login, name, person, left_at) AS (
    SELECT l.tenant, l.account, a.login, coalesce(a.name, a.email, a.id),
           min(l.person), min(l.left_at)
      FROM person_link AS l
      JOIN account AS a
        ON a.tenant = l.tenant AND a.dataset = l.dataset
       AND a.id = l.account
     WHERE l.certain = 1 AND l.left_at <= :now
     GROUP BY l.tenant, l.account)
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       max(CASE WHEN t.state = 'closed' THEN 'closed by '
                ELSE 'belongs to ' END
           || g.name || ', who left ' || iso(g.left_at)) AS seen,
       'somebody who is here' AS wanted,
       t.state, t.closed_at, t.for_customer, g.person,
       g.left_at
  FROM ticket AS t
  JOIN gone AS g
    ON g.tenant = t.tenant
   AND (g.account = CASE WHEN t.state = 'closed'
                         THEN CAST(coalesce(
                                  t.attr ->> '$.closure_agent_id',
                                  t.attr ->> '$.completedByResourceID')
                              AS TEXT)
                         ELSE t.owner END
        OR (t.state = 'closed' AND g.login = t.attr ->> '$.closed_by'))
 WHERE coalesce(t.state, 'unknown') <> 'closed'
    OR coalesce(t.closed_at, :now) >= g.left_at - :days * 86400
 GROUP BY t.tenant, t.id;
