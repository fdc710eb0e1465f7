-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-device-returned
-- revision: 1
-- title: No device came back to the RMM after its record was deleted
-- why: Deleting the record does not uninstall: a living agent enrols again,
--   and the device that was taken for retired is in use.
-- severity: critical
-- per: customer
-- systems: ninjaone
-- needs: agent[ninjaone.devices], gone_agent[ninjaone.devices]
-- param: days 30 "Days for which a return is reported"
-- fix: rmm-device-retire
-- maps: soc2 CC6.5 supporting "Shows devices that returned under a new
--   record; devices leave service for certain"
-- maps: iso27001 A.5.9 supporting "Shows devices that returned under a new
--   record; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows devices that returned under a new
--   record; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows devices that returned
--   under a new record; it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows devices that returned under a
--   new record; the inventory follows what is installed"
-- population:
SELECT customer, count(*) AS n
  FROM agent
 WHERE customer IS NOT NULL
 GROUP BY customer;
-- violations:
-- The number changes when a device enrols again, the name stays.  A record
-- without a name cannot be followed and is left to the silent ones.
SELECT n.customer,
       n.tenant || ' ' || n.id AS subject,
       coalesce(n.name, n.id) AS name,
       'new record ' || n.id || ' since ' || iso(n.first_seen_at)
           || ', old record ' || max(g.id) || ' gone '
           || iso(max(g.closed_at)) AS seen,
       'uninstalled before its record is deleted' AS wanted,
       max(g.id) AS old_id, max(g.closed_at) AS old_gone_at, n.last_seen_at
  FROM agent AS n
  JOIN gone_agent AS g
    ON g.tenant = n.tenant AND g.dataset = n.dataset AND g.id <> n.id
 WHERE n.first_run >= g.closed_run
   AND n.first_seen_at >= :now - :days * 86400
   AND lower(g.name) = lower(n.name)
 GROUP BY n.customer, n.tenant, n.dataset, n.id;
