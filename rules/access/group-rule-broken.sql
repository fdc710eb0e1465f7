-- SPDX-License-Identifier: Apache-2.0
-- id: group-rule-broken
-- revision: 1
-- title: Every rule that fills groups works
-- why: A broken rule takes nobody out of a group any more, so people keep
--   what the group opens.
-- severity: medium
-- per: tenant
-- systems: okta
-- needs: resource[okta.group_rules]
-- fix: group-rule-repair
-- maps: soc2 CC7.1 supporting "Shows rules that no longer fill their groups;
--   so that weak settings are seen"
-- maps: iso27001 A.8.9 direct "Shows rules that no longer fill their groups;
--   settings are kept under control"
-- maps: nis2 6.3 supporting "Shows rules that no longer fill their groups; as
--   part of the configuration"
-- maps: nist80053 CM-6(2) supporting "Shows rules that no longer fill their
--   groups; changes that nobody approved are seen"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 GROUP BY tenant;
-- violations:
-- A state that is not said counts as broken; who switched a rule off meant
-- it.
SELECT g.tenant,
       g.id AS subject,
       coalesce(g.name, g.id) AS name,
       lower(coalesce(g.state, 'unknown')) AS seen,
       'active, or switched off on purpose' AS wanted,
       g.attr ->> '$.groups' AS groups
  FROM resource AS g
 WHERE coalesce(g.state, 'INVALID') NOT IN ('ACTIVE', 'INACTIVE');
