-- SPDX-License-Identifier: Apache-2.0
-- id: agent-active-after-exit
-- revision: 1
-- title: No agent reports after its customer has left
-- why: A device that still reports belongs to somebody else now; the MSP sees
--   what it must not see, and pays for it.
-- severity: high
-- per: tenant
-- systems: printix, dnsfilter
-- needs:
--   agent[dnsfilter.user_agents|dnsfilter.relays|dnsfilter-portal.clients|printix.workstations],
--   customer
-- fix: agent-remove
-- maps: soc2 CC9.2 supporting "Shows agents that still report after a relation
--   ended"
-- maps: iso27001 A.5.23 direct "Shows agents that still report; a cloud
--   service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows agents that still report at the end of a
--   service"
-- maps: csf2 GV.SC-10 direct "Shows agents that still report after the
--   contract ended"
-- maps: nist80053 SA-9 supporting "Shows agents that still report in services
--   that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 GROUP BY tenant;
-- violations:
-- Without a time of last contact nobody can say that it is silent: listed.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       'last heard of ' || coalesce(iso(a.last_seen_at), 'at an unknown time')
           || ', customer left ' || iso(c.exit_at) AS seen,
       'uninstalled before the exit' AS wanted,
       a.hardware, a.state, a.last_seen_at, c.exit_ticket
  FROM agent AS a
  JOIN customer AS c ON c.customer = a.customer
 WHERE c.exit_at <= :now
   AND coalesce(a.state, 'unknown') <> 'uninstalled'
   AND (a.last_seen_at IS NULL OR a.last_seen_at > c.exit_at);
