-- SPDX-License-Identifier: Apache-2.0
-- id: tenancy-unclaimed
-- revision: 1
-- title: Every tenancy that a partner listing shows belongs to a customer
-- why: A tenancy that nobody claims is watched by nobody: no owner, no leaver
--   list, no exit.
-- severity: high
-- per: fleet
-- needs: tenant@fleet, tenancy
-- fix: tenancy-claim
-- maps: soc2 CC9.2 supporting "Shows tenancies that no customer claims, so
--   that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows tenancies that no customer claims;
--   services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows tenancies that no customer claims; the list
--   of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows tenancies that no customer claims in
--   the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows tenancies that no customer claims;
--   outside services are watched"
-- population:
SELECT count(*) AS n
  FROM tenant;
-- violations:
SELECT o.of_system || '/' || o.id AS subject,
       coalesce(o.name, o.domain, o.id) AS name,
       'in ' || o.dataset || ', claimed by no customer' AS seen,
       'claimed by a customer, or ended' AS wanted,
       o.domain, o.state, o.first_seen_at
  FROM tenant AS o
  LEFT JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
 WHERE coalesce(y.claimed, 0) = 0;
