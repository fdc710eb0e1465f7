-- SPDX-License-Identifier: Apache-2.0
-- id: agent-stale
-- revision: 2
-- title: Every agent was heard of lately, whatever its state word says
-- why: An agent that is silent for weeks protects nothing and is paid for; its
--   row may stand for a device that was lost or sold.
-- severity: medium
-- per: tenant
-- systems: printix, dnsfilter, google
-- needs:
--   agent[dnsfilter.user_agents|dnsfilter.relays|dnsfilter-portal.clients|printix.workstations|google.mobile_devices|google.chromeos_devices]
-- param: days 45 "Days of silence after which an agent is stale"
-- fix: agent-remove
-- maps: soc2 CC6.5 supporting "Shows agents that fell silent, so that a device
--   leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows agents that fell silent; the list of
--   assets is true"
-- maps: nis2 12.4 supporting "Shows agents that fell silent; the asset list
--   has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows agents that fell silent,
--   part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows agents that fell silent; the
--   inventory follows what is installed"
-- refs: DNSFilter: a client that did not synchronise for months still reads
--   protected; judge by last_sync
-- refs: Printix Cloud Print API: a computer that never connected has no
--   lastConnectTime
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 WHERE coalesce(state, 'unknown') <> 'uninstalled'
 GROUP BY tenant;
-- violations:
-- Never heard of counts as silent once the row is old enough; without a
-- creation date it is as old as our knowledge of it.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       CASE WHEN a.last_seen_at IS NULL THEN 'never heard of'
            ELSE 'last heard of ' || iso(a.last_seen_at) END
           || ', state ' || coalesce(a.state, 'unknown') AS seen,
       'heard of within ' || :days || ' days, or uninstalled' AS wanted,
       a.kind, a.hardware, a.site, a.last_seen_at, a.created_at
  FROM agent AS a
 WHERE coalesce(a.state, 'unknown') <> 'uninstalled'
   AND (a.last_seen_at < :now - :days * 86400
        OR (a.last_seen_at IS NULL
            AND coalesce(a.created_at, 0) < :now - :days * 86400));
