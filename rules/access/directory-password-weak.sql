-- SPDX-License-Identifier: Apache-2.0
-- id: directory-password-weak
-- revision: 1
-- title: Every account that can sign in needs a password that nobody can
--   read back
-- why: Without a password anybody signs in; one that is kept in a form
--   that can be read is as good as written down.
-- severity: high
-- per: tenant
-- systems: active-directory
-- needs: account[active-directory.users|active-directory-export.directory]
-- fix: directory-password-set
-- maps: soc2 CC6.1 supporting "Shows accounts without a password, or with
--   one that can be read; so that sign-ins are protected"
-- maps: iso27001 A.5.17 direct "Shows accounts without a password, or with
--   one that can be read; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows accounts without a password, or with
--   one that can be read; keys and passwords have a life"
-- maps: hipaa 164.312(d) supporting "Shows accounts without a password, or
--   with one that can be read; so that it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows accounts without a password, or with
--   one that can be read; authenticators are managed"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
 GROUP BY a.tenant;
-- violations:

-- The directory always tells; where an export left it out nothing is known.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.login, a.id) AS name,
       CASE WHEN a.attr ->> '$.passwordNotRequired' = 1
            THEN 'may have no password'
            ELSE 'its password can be read back' END AS seen,
       'a password, kept as a hash' AS wanted,
       a.login, a.email
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND (a.attr ->> '$.passwordNotRequired' = 1
        OR a.attr ->> '$.passwordReversible' = 1);
