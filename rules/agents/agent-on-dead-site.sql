-- SPDX-License-Identifier: Apache-2.0
-- id: agent-on-dead-site
-- revision: 1
-- title: Every agent belongs to a site that exists
-- why: An agent on a deleted or unknown site follows a policy that nobody
--   keeps any more.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: agent[dnsfilter.user_agents|dnsfilter.relays],
--   resource[dnsfilter.networks], coverage
-- fix: agent-move
-- maps: soc2 CC6.5 supporting "Shows agents on sites that are gone, so that a
--   device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows agents on sites that are gone; the
--   list of assets is true"
-- maps: nis2 12.4 supporting "Shows agents on sites that are gone; the asset
--   list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows agents on sites that are
--   gone, part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows agents on sites that are gone; the
--   inventory follows what is installed"
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 GROUP BY tenant;
-- violations:
-- That a site is missing proves something only when the sites were read.  An
-- agent without a site is listed.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       CASE WHEN a.site IS NULL THEN 'no site'
            WHEN n.id IS NULL THEN 'site ' || a.site || ' is in no list'
            ELSE 'site ' || coalesce(n.name, n.id) || ' was deleted '
                || iso(n.attr ->> '$.deleted_at') END AS seen,
       'moved to a site of this organisation, or uninstalled' AS wanted,
       a.site, a.hardware, a.last_seen_at
  FROM agent AS a
  LEFT JOIN resource AS n
    ON n.tenant = a.tenant AND n.kind = 'network' AND n.id = a.site
 WHERE coalesce(a.state, 'unknown') <> 'uninstalled'
   AND CASE WHEN a.site IS NULL THEN 1
            WHEN n.id IS NOT NULL
            THEN n.attr ->> '$.deleted_at' IS NOT NULL
            ELSE NOT EXISTS (SELECT 1
                               FROM coverage AS v
                              WHERE v.tenant = a.tenant
                                AND v.dataset = 'dnsfilter.networks'
                                AND (v.status <> 'complete' OR v.stale = 1))
            END;
