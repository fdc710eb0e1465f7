-- SPDX-License-Identifier: Apache-2.0
-- id: partner-relationship-after-exit
-- revision: 1
-- title: No delegated administration outlives the contract with a
--   customer
-- why: We can still do everything in the tenancy of somebody who is no
--   longer our customer, and answer for it.
-- severity: high
-- per: tenant
-- systems: entra-partner
-- needs: resource[entra-partner.relationships], tenancy, customer
-- fix: partner-relationship-end
-- maps: soc2 CC9.2 direct "Shows relationships with former customers;
--   so that services of vendors are known"
-- maps: iso27001 A.5.19 direct "Shows relationships with former
--   customers; security with suppliers is agreed"
-- maps: nis2 5.1 supporting "Shows relationships with former customers;
--   part of the supply chain policy"
-- maps: nist80053 SA-9 direct "Shows relationships with former
--   customers; outside services are watched"
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 GROUP BY r.tenant;
-- violations:
-- A tenancy is a former customer's when the configuration says so, or when
-- the relationship bears the name of one.
SELECT r.tenant,
       r.id AS subject,
       max(coalesce(r.name, r.id)) AS name,
       max(coalesce(r.state, 'unknown') || ', ' || c.name || ' left '
           || iso(c.exit_at)) AS seen,
       'terminated' AS wanted,
       max(r.owner) AS customer_tenancy, max(c.exit_ticket) AS exit_ticket
  FROM resource AS r
  JOIN customer AS c
    ON c.customer IN (SELECT y.customer
                  FROM tenancy AS y
                 WHERE y.system = 'entra' AND y.id = r.owner)
    OR lower(c.name) = lower(r.attr ->> '$.customer')
 WHERE c.exit_at <= :now
   AND coalesce(r.state, 'unknown') NOT IN ('terminated', 'terminating',
           'terminationRequested', 'expired')
 GROUP BY r.tenant, r.id;
