-- SPDX-License-Identifier: Apache-2.0
-- id: directory-admin-blocked
-- revision: 1
-- title: Nobody who cannot sign in rules the domain
-- why: Whoever enables the account again hands out its power with it, and
--   a primary group hides it from the list of members.
-- severity: high
-- per: tenant
-- systems: active-directory
-- needs:
--   role[active-directory.privileged_members|active-directory-export.directory
--   active-directory.privileged_by_primary|active-directory-export.directory],
--   account[active-directory.users|active-directory-export.directory]
-- fix: directory-admin-end
-- maps: soc2 CC6.3 direct "Shows blocked accounts in groups that rule the
--   domain; so that powerful access follows the task"
-- maps: iso27001 A.8.2 direct "Shows blocked accounts in groups that rule
--   the domain; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows blocked accounts in groups that rule the
--   domain; so that privileged accounts are managed"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows blocked accounts in
--   groups that rule the domain; for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows blocked accounts in groups that
--   rule the domain; privileged roles end with the need"
-- refs: Microsoft: the primary group of a user is in no list of members
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 GROUP BY r.tenant;
-- violations:

-- An end that has passed blocks as well as the switch does; a state that is
-- not told is no block.
SELECT r.tenant,
       r.account || ' ' || r.role AS subject,
       max(coalesce(a.name, a.login, a.id)) AS name,
       r.role || ', account '
           || max(CASE WHEN a.state IN ('disabled', 'deleted') THEN a.state
                       ELSE 'ended ' || iso(a.expires_at) END) AS seen,
       'in no group that rules the domain' AS wanted,
       max(a.login) AS login, max(r.attr ->> '$.group_sid') AS group_sid
  FROM role AS r
  JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
 WHERE a.state IN ('disabled', 'deleted') OR a.expires_at <= :now
 GROUP BY r.tenant, r.account, r.role;
