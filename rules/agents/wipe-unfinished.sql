-- SPDX-License-Identifier: Apache-2.0
-- id: wipe-unfinished
-- revision: 1
-- title: No retirement or wipe of a device hangs
-- why: The device still holds what it was to lose; until it reports,
--   nobody can say that the data are gone.
-- severity: high
-- per: tenant
-- systems: entra
-- needs: agent[entra.managed_devices]
-- param: days 7 "Days that a retirement or wipe may take"
-- fix: device-wipe-finish
-- maps: soc2 CC6.5 direct "Shows devices that never finished their
--   wipe; so that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows devices that never finished
--   their wipe; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows devices that never finished their
--   wipe; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) direct "Shows devices that never
--   finished their wipe; part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows devices that never finished
--   their wipe; the inventory follows what is there"
-- population:
SELECT a.tenant, count(*) AS n
  FROM agent AS a
 GROUP BY a.tenant;
-- violations:
-- Graph does not say when it was ordered: it hangs when the device has been
-- in this state, or silent, for that long.  Never heard of counts as silent.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.hardware, a.id) AS name,
       coalesce(a.state_word, a.state) || ', last heard of '
           || coalesce(iso(a.last_seen_at), 'never') AS seen,
       'finished within ' || :days || ' days' AS wanted,
       a.hardware, a.user, a.last_seen_at
  FROM agent AS a
 WHERE a.state = 'pending_uninstall'
   AND (coalesce(a.last_seen_at, 0) <= :now - :days * 86400
        OR coalesce(a.changed_at, a.first_seen_at) <= :now - :days * 86400);
