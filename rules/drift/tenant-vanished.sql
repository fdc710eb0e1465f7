-- SPDX-License-Identifier: Apache-2.0
-- id: tenant-vanished
-- revision: 1
-- title: No tenancy disappears without an exit on record
-- why: A deleted tenant cannot be brought back, with everything that was ever
--   printed or filtered in it. Somebody has to have wanted that.
-- severity: critical
-- per: fleet
-- needs: tenant@fleet, gone_tenant@fleet, tenancy, customer
-- fix: tenant-lost
-- maps: soc2 CC8.1 direct "Shows tenancies that disappeared or were cancelled;
--   changes have an approval"
-- maps: iso27001 A.8.32 direct "Shows tenancies that disappeared or were
--   cancelled; changes are made with approval only"
-- maps: nis2 6.4 direct "Shows tenancies that disappeared or were cancelled in
--   change management"
-- maps: nist80053 CM-3 direct "Shows tenancies that disappeared or were
--   cancelled that no approval stands behind"
-- refs: Printix: a deactivated tenant can be reactivated for 30 days and is
--   then deleted for good
-- population:
SELECT count(*) AS n
  FROM (SELECT of_system, id FROM tenant
        UNION
        SELECT of_system, id FROM gone_tenant);
-- violations:
-- An exit without a ticket is not on record, and a tenancy of nobody has
-- none.  An unknown state of a tenancy that is listed counts as in service.
WITH ended(system, id, name, what, at) AS (
    SELECT g.of_system, g.id, max(coalesce(g.name, g.domain, g.id)),
           'disappeared', max(g.closed_at)
      FROM gone_tenant AS g
     WHERE NOT EXISTS (SELECT 1
                         FROM tenant AS o
                        WHERE o.of_system = g.of_system AND o.id = g.id)
     GROUP BY g.of_system, g.id
    UNION ALL
    SELECT of_system, id, coalesce(name, domain, id), state, ends_at
      FROM tenant
     WHERE state IN ('cancelled', 'deleted'))
SELECT e.system || '/' || e.id AS subject,
       e.name,
       e.what || ' ' || coalesce(iso(e.at), 'at an unknown time')
           || ', customer ' || coalesce(c.name, 'unknown') AS seen,
       'an exit with date and ticket on record' AS wanted,
       y.customer, c.exit_at, c.exit_ticket
  FROM ended AS e
  LEFT JOIN tenancy AS y ON y.system = e.system AND y.id = e.id
  LEFT JOIN customer AS c ON c.customer = y.customer
 WHERE c.exit_at IS NULL
    OR trim(coalesce(c.exit_ticket, '')) = '';
