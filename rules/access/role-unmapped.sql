-- SPDX-License-Identifier: Apache-2.0
-- id: role-unmapped
-- revision: 1
-- title: Every role is one whose powers we know
-- why: The vendor has made or renamed a role. Until somebody looks what it may
--   do it counts as privileged.
-- severity: low
-- per: tenant
-- needs: role
-- fix: role-map
-- maps: soc2 CC6.3 direct "Shows roles whose powers nobody has looked at, so
--   that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows roles whose powers nobody has looked at;
--   few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows roles whose powers nobody has looked at among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows roles whose powers nobody
--   has looked at for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows roles whose powers nobody has looked
--   at among the holders of privileged roles"
-- population:
SELECT tenant, count(*) AS n
  FROM role
 GROUP BY tenant;
-- violations:
SELECT r.tenant,
       r.role AS subject,
       r.role AS name,
       count(*) || ' accounts hold it' AS seen,
       'mapped in the connector as privileged or not' AS wanted,
       min(r.account) AS account
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') = 'unknown'
 GROUP BY r.tenant, r.role;
