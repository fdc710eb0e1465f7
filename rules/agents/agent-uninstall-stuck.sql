-- SPDX-License-Identifier: Apache-2.0
-- id: agent-uninstall-stuck
-- revision: 1
-- title: No agent goes on reporting after its uninstallation was queued
-- why: The order to uninstall was given and did not arrive: the agent still
--   filters, counts and is paid for.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: agent
-- param: days 7 "Days that an uninstallation may take"
-- fix: agent-remove
-- maps: soc2 CC6.5 supporting "Shows uninstallations that did not happen, so
--   that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows uninstallations that did not happen;
--   the list of assets is true"
-- maps: nis2 12.4 supporting "Shows uninstallations that did not happen; the
--   asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows uninstallations that did
--   not happen, part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows uninstallations that did not
--   happen; the inventory follows what is installed"
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 WHERE uninstall_requested_at IS NOT NULL
    OR state = 'pending_uninstall'
 GROUP BY tenant;
-- violations:
-- Pending without the time of the order counts from when we first saw it; an
-- unknown last contact counts as a contact.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       'uninstall queued ' || coalesce(iso(a.uninstall_requested_at),
           'at an unknown time') || ', last heard of '
           || coalesce(iso(a.last_seen_at), 'at an unknown time') AS seen,
       'uninstalled' AS wanted,
       a.hardware, a.state, a.last_seen_at, a.uninstall_requested_at
  FROM agent AS a
 WHERE (a.uninstall_requested_at IS NOT NULL OR a.state = 'pending_uninstall')
   AND coalesce(a.state, 'unknown') <> 'uninstalled'
   AND coalesce(a.uninstall_requested_at, a.first_seen_at)
       <= :now - :days * 86400
   AND (a.last_seen_at IS NULL
        OR a.last_seen_at
           > coalesce(a.uninstall_requested_at, a.first_seen_at));
