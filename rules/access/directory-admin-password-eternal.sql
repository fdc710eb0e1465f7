-- SPDX-License-Identifier: Apache-2.0
-- id: directory-admin-password-eternal
-- revision: 1
-- title: The password of everybody who rules the domain has an end
-- why: A password that never ends is one that somebody who left still
--   knows.
-- severity: medium
-- per: tenant
-- systems: active-directory
-- needs:
--   role[active-directory.privileged_members|active-directory-export.directory
--   active-directory.privileged_by_primary|active-directory-export.directory],
--   account[active-directory.users|active-directory-export.directory],
--   declared
-- fix: directory-admin-password
-- maps: soc2 CC6.1 supporting "Shows administrators whose password never
--   ends; so that sign-ins are protected"
-- maps: iso27001 A.5.17 direct "Shows administrators whose password never
--   ends; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows administrators whose password never
--   ends; keys and passwords have a life"
-- maps: hipaa 164.312(d) supporting "Shows administrators whose password
--   never ends; so that it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows administrators whose password never
--   ends; authenticators are managed"
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 GROUP BY r.tenant;
-- violations:

-- Declared break-glass accounts are meant to keep theirs.
SELECT r.tenant,
       r.account AS subject,
       max(coalesce(a.name, a.login, a.id)) AS name,
       max(r.role) || ', the password never ends' AS seen,
       'a password that ends, or none at all' AS wanted,
       max(a.login) AS login, max(a.attr ->> '$.pwdLastSet') AS set_at
  FROM role AS r
  JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND a.attr ->> '$.passwordNeverExpires' = 1
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) IN (a.email, a.login)
                      AND e.class = 'breakglass')
 GROUP BY r.tenant, r.account;
