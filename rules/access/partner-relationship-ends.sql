-- SPDX-License-Identifier: Apache-2.0
-- id: partner-relationship-ends
-- revision: 1
-- title: No delegated administration of a customer ends unplanned
-- why: When the relationship ends nobody of ours can help the customer,
--   and a new one needs his administrator.
-- severity: medium
-- per: tenant
-- systems: entra-partner
-- needs: resource[entra-partner.relationships]
-- param: days 30 "Days before the end"
-- fix: partner-relationship-renew
-- maps: soc2 CC9.2 direct "Shows relationships that end soon; so that
--   services of vendors are known"
-- maps: iso27001 A.5.19 direct "Shows relationships that end soon;
--   security with suppliers is agreed"
-- maps: nis2 5.1 supporting "Shows relationships that end soon; part of
--   the supply chain policy"
-- maps: nist80053 SA-9 direct "Shows relationships that end soon;
--   outside services are watched"
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 WHERE coalesce(r.state, 'unknown') IN ('active', 'expiring', 'unknown')
 GROUP BY r.tenant;
-- violations:
-- An unknown end counts as soon, an unknown extension as none.
SELECT r.tenant,
       r.id AS subject,
       coalesce(r.name, r.id) AS name,
       'ends ' || coalesce(iso(r.attr ->> '$.endDateTime'),
           'at an unknown time') || ' and is not extended by itself' AS seen,
       'renewed ' || :days || ' days before, or ended on purpose' AS wanted,
       r.owner AS customer_tenancy, r.state
  FROM resource AS r
 WHERE coalesce(r.state, 'unknown') IN ('active', 'expiring', 'unknown')
   AND coalesce(r.attr ->> '$.endDateTime', 0) <= :now + :days * 86400
   AND coalesce(r.attr ->> '$.autoExtendDuration', 'PT0S')
       IN ('PT0S', 'P0D', '');
