-- SPDX-License-Identifier: Apache-2.0
-- id: managed-device-silent
-- revision: 1
-- title: Every device that counts as compliant was heard of lately
-- why: Compliant is what the device said of itself when it last
--   reported; after weeks of silence it says nothing about today.
-- severity: medium
-- per: tenant
-- systems: entra
-- needs: agent[entra.managed_devices]
-- param: days 45 "Days of silence that are too many"
-- fix: device-retire-entra
-- maps: soc2 CC6.5 direct "Shows managed devices that are silent; so
--   that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows managed devices that are
--   silent; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows managed devices that are silent;
--   the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) direct "Shows managed devices that are
--   silent; part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows managed devices that are
--   silent; the inventory follows what is there"
-- population:
SELECT a.tenant, count(*) AS n
  FROM agent AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('pending_uninstall', 'uninstalled')
 GROUP BY a.tenant;
-- violations:
-- Without a time it was never heard of.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.hardware, a.id) AS name,
       coalesce(a.attr ->> '$.complianceState', 'unknown')
           || ', last heard of ' || coalesce(iso(a.last_seen_at), 'never')
           AS seen,
       'heard of within ' || :days || ' days, or retired' AS wanted,
       a.hardware, a.user, a.last_seen_at
  FROM agent AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('pending_uninstall', 'uninstalled')
   AND coalesce(a.attr ->> '$.complianceState', 'compliant') = 'compliant'
   AND coalesce(a.last_seen_at, 0) <= :now - :days * 86400;
