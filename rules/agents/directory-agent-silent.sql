-- SPDX-License-Identifier: Apache-2.0
-- id: directory-agent-silent
-- revision: 1
-- title: Every directory agent is at work
-- why: While the agent is silent, whoever is disabled in the directory goes
--   on signing in with the old state.
-- severity: high
-- per: tenant
-- systems: okta
-- needs: agent[okta.agent_pools]
-- param: hours 24 "Hours of silence after which an agent counts as gone"
-- fix: directory-agent-repair
-- maps: soc2 CC7.1 supporting "Shows directory agents that are silent; so
--   that weak settings are seen"
-- maps: iso27001 A.8.9 direct "Shows directory agents that are silent;
--   settings are kept under control"
-- maps: nis2 6.3 supporting "Shows directory agents that are silent; as part
--   of the configuration"
-- maps: nist80053 CM-6(2) supporting "Shows directory agents that are silent;
--   changes that nobody approved are seen"
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 GROUP BY tenant;
-- violations:
-- Never heard of counts as silent, and a status that is not said as bad.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.id) AS name,
       lower(coalesce(a.attr ->> '$.operationalStatus', 'unknown')) || ', '
           || CASE WHEN a.last_seen_at IS NULL THEN 'never heard of'
                   ELSE 'last heard of ' || iso(a.last_seen_at) END
           || coalesce(', version ' || a.version, '') AS seen,
       'operational and heard of within ' || :hours || ' hours' AS wanted,
       a.version, a.last_seen_at, a.attr ->> '$.pool' AS pool
  FROM agent AS a
 WHERE coalesce(a.attr ->> '$.operationalStatus', 'unknown') <> 'OPERATIONAL'
    OR coalesce(a.last_seen_at, 0) < :now - :hours * 3600;
