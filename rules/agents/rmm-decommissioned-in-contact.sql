-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-decommissioned-in-contact
-- revision: 1
-- title: No decommissioned device of the RMM is in contact
-- why: Decommissioned says that it was put aside. If it still reports,
--   somebody uses it, and the agent on it works.
-- severity: high
-- per: customer
-- systems: ninjaone
-- needs: agent[ninjaone.devices]
-- param: hours 12 "Hours after which contact counts"
-- fix: rmm-device-retire
-- maps: soc2 CC6.5 supporting "Shows retired devices that still report;
--   devices leave service for certain"
-- maps: iso27001 A.5.9 supporting "Shows retired devices that still report;
--   the list of assets is true"
-- maps: nis2 12.4 supporting "Shows retired devices that still report; the
--   asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows retired devices that
--   still report; it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows retired devices that still
--   report; the inventory follows what is installed"
-- population:
SELECT customer, count(*) AS n
  FROM agent
 WHERE customer IS NOT NULL
 GROUP BY customer;
-- violations:
-- No call tells when a device was decommissioned: it counts from the night
-- that first saw it so.  Without any contact there is nothing to report.
SELECT a.customer,
       a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       'last heard of ' || iso(a.last_seen_at) || ', decommissioned by '
           || iso(a.changed_at) AS seen,
       'silent since it was decommissioned' AS wanted,
       a.kind, a.last_seen_at, a.changed_at
  FROM agent AS a
 WHERE a.attr ->> '$.approvalStatus' = 'DECOMMISSIONED'
   AND a.last_seen_at > a.changed_at + :hours * 3600;
