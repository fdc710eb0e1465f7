-- SPDX-License-Identifier: Apache-2.0
-- id: agent-returned
-- revision: 1
-- title: No agent came back after its row was deleted
-- why: Deleting the row does not uninstall: a living agent registers again
--   under a new id, outside of what was agreed.
-- severity: critical
-- per: tenant
-- systems: printix, dnsfilter
-- needs: agent, gone_agent
-- param: days 30 "Days for which a return is reported"
-- fix: agent-remove
-- maps: soc2 CC6.5 supporting "Shows agents that came back after their row was
--   deleted, so that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows agents that came back after their row
--   was deleted; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows agents that came back after their row was
--   deleted; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows agents that came back after
--   their row was deleted, part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows agents that came back after their
--   row was deleted; the inventory follows what is installed"
-- refs: DNSFilter help: deleting a row does not uninstall the client
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 GROUP BY tenant;
-- violations:
-- The same hardware id, or the same host name where one side has no hardware
-- id: two different hardware ids under one name are two devices.
SELECT n.tenant,
       n.dataset || ' ' || n.id AS subject,
       coalesce(n.name, n.id) AS name,
       'new id ' || n.id || ' since ' || iso(n.first_seen_at) || ', old id '
           || max(g.id) || ' gone ' || iso(max(g.closed_at)) AS seen,
       'uninstalled before its row is deleted' AS wanted,
       n.hardware, max(g.id) AS old_id, max(g.closed_at) AS old_gone_at,
       max(g.state) AS old_state, n.last_seen_at
  FROM agent AS n
  JOIN gone_agent AS g
    ON g.tenant = n.tenant AND g.dataset = n.dataset AND g.id <> n.id
 WHERE n.first_run >= g.closed_run
   AND n.first_seen_at >= :now - :days * 86400
   AND coalesce(g.state, 'unknown') <> 'uninstalled'
   AND (g.hardware = n.hardware
        OR (lower(g.name) = lower(n.name)
            AND (g.hardware IS NULL OR n.hardware IS NULL)))
 GROUP BY n.tenant, n.dataset, n.id;
