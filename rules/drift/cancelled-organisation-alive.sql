-- SPDX-License-Identifier: Apache-2.0
-- id: cancelled-organisation-alive
-- revision: 1
-- title: A cancelled organisation is empty
-- why: Clients that still report, users who can still sign in and a link to
--   the ticket system show that the cancellation was a click, not an exit.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: tenant@fleet[dnsfilter.organizations], tenancy,
--   agent[dnsfilter.user_agents], account[dnsfilter.users]
-- param: days 30 "Days of silence after which a client no longer counts as
--   reporting"
-- fix: exit-finish
-- maps: soc2 CC9.2 supporting "Shows what lives on in a cancelled organisation
--   after a relation ended"
-- maps: iso27001 A.5.23 direct "Shows what lives on in a cancelled
--   organisation; a cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows what lives on in a cancelled organisation
--   at the end of a service"
-- maps: csf2 GV.SC-10 direct "Shows what lives on in a cancelled organisation
--   after the contract ended"
-- maps: nist80053 SA-9 supporting "Shows what lives on in a cancelled
--   organisation in services that should have ended"
-- population:
SELECT y.tenant, count(*) AS n
  FROM tenant AS o
  JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
 GROUP BY y.tenant;
-- violations:
-- An organisation without a state counts as in service unless its end has
-- passed; a client whose last contact is unknown counts as reporting.
WITH dead(tenant, name, psa) AS (
    SELECT y.tenant, coalesce(o.name, o.id),
           o.attr ->> '$.active_psa_integration'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
     WHERE o.state IN ('cancelled', 'deleted')
        OR o.ends_at <= :now)
SELECT d.tenant, 'clients' AS subject, d.name AS name,
       count(*) || ' clients report' AS seen,
       'uninstalled, then deleted' AS wanted
  FROM dead AS d
  JOIN agent AS a ON a.tenant = d.tenant
 WHERE coalesce(a.state, 'unknown') <> 'uninstalled'
   AND coalesce(a.last_seen_at, :now) >= :now - :days * 86400
 GROUP BY d.tenant, d.name
UNION ALL
SELECT d.tenant, 'users', d.name, count(*) || ' users can sign in',
       'removed, the owner last'
  FROM dead AS d
  JOIN account AS a ON a.tenant = d.tenant
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY d.tenant, d.name
UNION ALL
SELECT d.tenant, 'psa', d.name,
       CASE d.psa WHEN 1 THEN 'linked to the ticket system'
            ELSE 'not known whether linked to the ticket system' END,
       'link switched off'
  FROM dead AS d
 WHERE coalesce(d.psa, 1) = 1;
