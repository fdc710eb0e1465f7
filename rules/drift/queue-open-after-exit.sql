-- SPDX-License-Identifier: Apache-2.0
-- id: queue-open-after-exit
-- revision: 1
-- title: No group of a customer who has left opens a print queue
-- why: As long as a group opens a queue, everybody who is put into the group
--   can print there.
-- severity: medium
-- per: tenant
-- systems: printix
-- needs: team[printix.groups], customer
-- fix: queue-close
-- maps: soc2 CC9.2 supporting "Shows groups that still open print queues after
--   a relation ended"
-- maps: iso27001 A.5.23 direct "Shows groups that still open print queues; a
--   cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows groups that still open print queues at the
--   end of a service"
-- maps: csf2 GV.SC-10 direct "Shows groups that still open print queues after
--   the contract ended"
-- maps: nist80053 SA-9 supporting "Shows groups that still open print queues
--   in services that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM team
 GROUP BY tenant;
-- violations:
-- A count that was not sent counts as open.
SELECT g.tenant,
       g.id AS subject,
       coalesce(g.name, g.id) AS name,
       coalesce((g.attr ->> '$.queueCount') || ' queues',
           'number of queues unknown') || ', customer left '
           || iso(c.exit_at) AS seen,
       'taken from every queue' AS wanted,
       g.external_id, g.members, c.exit_ticket
  FROM team AS g
  JOIN customer AS c ON c.customer = g.customer
 WHERE c.exit_at <= :now
   AND coalesce(g.attr ->> '$.queueCount', 1) > 0;
