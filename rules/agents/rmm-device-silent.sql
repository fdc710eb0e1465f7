-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-device-silent
-- revision: 1
-- title: Every device in the RMM was heard of lately
-- why: A device that is silent for weeks gets no patches and is paid for;
--   its record may stand for one that was lost or sold.
-- severity: medium
-- per: customer
-- systems: ninjaone
-- needs: agent[ninjaone.devices]
-- param: days 45 "Days of silence after which a device is stale"
-- fix: rmm-device-retire
-- maps: soc2 CC6.5 supporting "Shows devices that fell silent; devices leave
--   service for certain"
-- maps: iso27001 A.5.9 supporting "Shows devices that fell silent; the list
--   of assets is true"
-- maps: nis2 12.4 supporting "Shows devices that fell silent; the asset list
--   has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows devices that fell silent;
--   it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows devices that fell silent; the
--   inventory follows what is installed"
-- refs: NinjaOne API: offline says how it is now; lastContact says how long
-- population:
SELECT customer, count(*) AS n
  FROM agent
 WHERE customer IS NOT NULL
 GROUP BY customer;
-- violations:
-- Never heard of counts as silent once the record is old enough.  Records
-- without an agent, retired ones and those in maintenance are quiet by
-- design; a status that is not told is no excuse.
SELECT a.customer,
       a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       CASE WHEN a.last_seen_at IS NULL THEN 'never heard of'
            ELSE 'last heard of ' || iso(a.last_seen_at) END AS seen,
       'heard of within ' || :days || ' days, or decommissioned' AS wanted,
       a.kind, a.site, a.last_seen_at
  FROM agent AS a
 WHERE coalesce(a.attr ->> '$.approvalStatus', '')
           NOT IN ('DECOMMISSIONED', 'PENDING')
   AND coalesce(a.attr ->> '$.nodeClass', '')
           NOT IN ('CLOUD_MONITOR_TARGET', 'UNMANAGED_DEVICE')
   AND coalesce(a.attr ->> '$.maintenance', '') <> 'IN_MAINTENANCE'
   AND coalesce(a.last_seen_at, a.created_at, 0) < :now - :days * 86400;
