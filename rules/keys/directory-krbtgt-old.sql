-- SPDX-License-Identifier: Apache-2.0
-- id: directory-krbtgt-old
-- revision: 1
-- title: The key that signs all tickets of the domain is changed at
--   intervals
-- why: Whoever ever copied it signs tickets for everybody until it was
--   changed twice, long after he left.
-- severity: medium
-- per: tenant
-- systems: active-directory
-- needs: account[active-directory.users|active-directory-export.directory]
-- param: days 180 "Days after which the key is old"
-- fix: directory-krbtgt-change
-- maps: soc2 CC6.1 supporting "Shows domains whose ticket key is old; so
--   that sign-ins are protected"
-- maps: iso27001 A.5.17 direct "Shows domains whose ticket key is old;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows domains whose ticket key is old; keys
--   and passwords have a life"
-- maps: hipaa 164.312(d) supporting "Shows domains whose ticket key is
--   old; so that it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows domains whose ticket key is old;
--   authenticators are managed"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE a.attr ->> '$.objectSid' LIKE '%-502'
 GROUP BY a.tenant;
-- violations:
-- Without a date it was never changed.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.id) AS name,
       CASE WHEN a.attr ->> '$.pwdLastSet' IS NULL THEN 'never changed'
            ELSE 'changed ' || iso(a.attr ->> '$.pwdLastSet') END AS seen,
       'changed within ' || :days || ' days' AS wanted
  FROM account AS a
 WHERE a.attr ->> '$.objectSid' LIKE '%-502'
   AND coalesce(a.attr ->> '$.pwdLastSet', 0) <= :now - :days * 86400;
