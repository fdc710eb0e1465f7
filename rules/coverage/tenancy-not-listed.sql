-- SPDX-License-Identifier: Apache-2.0
-- id: tenancy-not-listed
-- revision: 1
-- title: Every tenancy that a customer claims is in its partner listing
-- why: A tenancy that left the partner's listing was moved to another
--   provider, or is about to be deleted for good.
-- severity: high
-- per: tenant
-- systems: printix, dnsfilter
-- needs: tenancy,
--   tenant@fleet[printix-partner.tenants|dnsfilter.organizations], coverage
-- fix: tenant-lost
-- maps: soc2 CC9.2 supporting "Shows tenancies that are missing in the listing
--   of their partner, so that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows tenancies that are missing in the
--   listing of their partner; services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows tenancies that are missing in the listing
--   of their partner; the list of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows tenancies that are missing in the
--   listing of their partner in the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows tenancies that are missing in the
--   listing of their partner; outside services are watched"
-- population:
SELECT y.tenant, 1 AS n
  FROM tenancy AS y
 WHERE y.claimed = 1
   AND EXISTS (SELECT 1
                 FROM coverage AS v
                WHERE v.dataset = CASE y.system
                          WHEN 'printix' THEN 'printix-partner.tenants'
                          ELSE 'dnsfilter.organizations' END);
-- violations:
-- Missing proves something only when the listing of that system was read
-- completely; a fleet without one examines nothing.
SELECT y.tenant,
       'listing' AS subject,
       y.name,
       'claimed, and in no partner listing' AS seen,
       'listed, or its exit on record and the claim taken out' AS wanted,
       y.id, y.first_seen_at
  FROM tenancy AS y
 WHERE y.claimed = 1
   AND y.system IN ('printix', 'dnsfilter')
   AND NOT EXISTS (SELECT 1
                     FROM tenant AS o
                    WHERE o.of_system = y.system AND o.id = y.id)
   AND EXISTS (SELECT 1
                 FROM coverage AS v
                WHERE v.dataset = CASE y.system
                          WHEN 'printix' THEN 'printix-partner.tenants'
                          ELSE 'dnsfilter.organizations' END)
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.dataset = CASE y.system
                              WHEN 'printix' THEN 'printix-partner.tenants'
                              ELSE 'dnsfilter.organizations' END
                      AND (v.status <> 'complete' OR v.stale = 1));
