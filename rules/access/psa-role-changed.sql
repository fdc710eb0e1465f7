-- SPDX-License-Identifier: Apache-2.0
-- id: psa-role-changed
-- revision: 1
-- title: No role of the PSA was changed lately without a look at it
-- why: Whoever may edit roles gives himself what he wants through one that he
--   holds already, and no list of holders shows it.
-- severity: medium
-- per: fleet
-- systems: connectwise-psa, halopsa
-- needs: resource[connectwise-psa.role_settings|halopsa.role_claims],
--   gone_resource[connectwise-psa.role_settings|halopsa.role_claims]
-- param: days 14 "Days for which a change is reported"
-- fix: psa-role-review
-- maps: soc2 CC8.1 supporting "Shows changes of what roles may do; changes
--   have an approval"
-- maps: iso27001 A.8.32 supporting "Shows changes of what roles may do;
--   changes are made with approval only"
-- maps: nist80053 CM-3 supporting "Shows changes of what roles may do that no
--   approval stands behind"
-- refs: ConnectWise PSA API: settings of security roles; HaloPSA API: claims
--   of roles
-- population:
SELECT count(*) AS n
  FROM resource AS r
 WHERE r.kind = 'policy';
-- violations:
-- What the first read shows is no change. A level that is not told is named
-- so.
WITH begun(tenant, dataset, run) AS (
    SELECT tenant, dataset, min(first_run)
      FROM (SELECT tenant, dataset, first_run FROM resource
            UNION ALL
            SELECT tenant, dataset, first_run FROM gone_resource)
     GROUP BY tenant, dataset),
changed(tenant, role, name, what, at) AS (
    SELECT r.tenant, r.parent, r.name,
           CASE WHEN r.changed_run > r.first_run THEN 'is now '
                ELSE 'was given as ' END || coalesce(r.state, 'not told'),
           max(r.changed_at, r.first_seen_at)
      FROM resource AS r
      JOIN begun AS b ON b.tenant = r.tenant AND b.dataset = r.dataset
     WHERE r.kind = 'policy'
       AND (r.changed_run > r.first_run OR r.first_run > b.run)
    UNION ALL
    SELECT g.tenant, g.parent, g.name, 'was taken away', g.closed_at
      FROM gone_resource AS g
     WHERE g.kind = 'policy')
SELECT c.tenant || ' ' || coalesce(c.role, '?') AS subject,
       'role ' || coalesce(c.role, '?') AS name,
       count(*) || CASE count(*) WHEN 1 THEN ' permission' ELSE
           ' permissions' END || ' changed, last ' || iso(max(c.at)) || ': '
           || min(coalesce(c.name, '?') || ' ' || c.what) AS seen,
       'as it was, or approved' AS wanted,
       max(c.at) AS changed_at
  FROM changed AS c
 WHERE coalesce(c.at, :now) >= :now - :days * 86400
 GROUP BY c.tenant, coalesce(c.role, '?');
