-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-exit-ticket-of-leaver
-- revision: 1
-- title: No exit ticket of the PSA is owned or was closed by somebody who left
-- why: Whoever leaves must not be the one who says that an exit is done, and a
--   ticket in the hands of somebody who is gone is worked on by nobody.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: ticket[connectwise-psa.exit_tickets],
--   account[connectwise-psa.members], person_link[connectwise-psa.members]
-- param: days 14 "Days before the leave date in which closing a ticket counts"
-- fix: connectwise-exit-ticket
-- maps: soc2 CC4.1 supporting "Shows exit tickets in the hands of somebody who
--   left; controls are watched by others than those they are about"
-- maps: iso27001 A.6.5 supporting "Shows exit tickets in the hands of somebody
--   who left; duties at the end of a job are carried out"
-- maps: nist80053 PS-4 supporting "Shows exit tickets in the hands of somebody
--   who left in the work that ends access"
-- refs: ConnectWise PSA API: owner and closedBy of a ticket
-- population:
SELECT count(*) AS n
  FROM ticket AS t;
-- violations:
-- The owner counts while the ticket is open, an unknown state counts as open.
-- Who closed it counts when that was no more than two weeks before leaving.
WITH gone(tenant, id, login, name, left_at) AS (
    SELECT a.tenant, a.id, a.login, coalesce(a.name, a.login, a.id),
           max(l.left_at)
      FROM account AS a
      JOIN person_link AS l
        ON l.tenant = a.tenant AND l.dataset = a.dataset
       AND l.account = a.id
     WHERE l.certain = 1 AND l.left_at <= :now
     GROUP BY a.tenant, a.id)
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       max(CASE WHEN coalesce(t.state, 'unknown') = 'closed'
                THEN 'closed by ' ELSE 'owned by ' END
           || g.name || ', who left ' || iso(g.left_at)) AS seen,
       'owned and closed by somebody who is here' AS wanted,
       t.owner, t.for_customer, t.attr ->> '$.closed_by' AS closed_by
  FROM ticket AS t
  JOIN gone AS g ON g.tenant = t.tenant
 WHERE (coalesce(t.state, 'unknown') <> 'closed' AND g.id = t.owner)
    OR (t.state = 'closed' AND g.login = t.attr ->> '$.closed_by'
        AND coalesce(t.closed_at, :now) >= g.left_at - :days * 86400)
 GROUP BY t.tenant, t.id;
