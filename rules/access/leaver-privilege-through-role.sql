-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-privilege-through-role
-- revision: 1
-- title: No departed person has a privilege through a role
-- why: A privilege that is given to a role counts for all its members, and no
--   list of administrators shows them.
-- severity: critical
-- per: tenant
-- systems: onelogin
-- needs: role[onelogin.privilege_roles], membership[onelogin.role_users],
--   account[onelogin.users], person_link[onelogin.users]
-- fix: privilege-take
-- maps: soc2 CC6.2 direct "Shows privileges that departed people have through
--   roles; so that only known people keep access"
-- maps: iso27001 A.5.18 direct "Shows privileges that departed people have
--   through roles; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows privileges that departed people have
--   through roles; after people left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows privileges that departed
--   people have through roles; access ends with the job"
-- maps: nist80053 PS-4 direct "Shows privileges that departed people have
--   through roles; after people left"
-- population:
SELECT r.tenant, count(*) AS n
  FROM role AS r
  JOIN membership AS m
    ON m.tenant = r.tenant AND 'role ' || m.team = r.account
 GROUP BY r.tenant;
-- violations:
-- The row of a privilege names the role in place of an account.  A state that
-- is not known counts as able to sign in.
SELECT r.tenant,
       a.id || ' ' || r.role || ' ' || m.team AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       r.role || ' through role ' || m.team || ', left ' || iso(l.left_at)
           AS seen,
       'no member of the role' AS wanted,
       a.email, a.state, m.team, l.person, l.left_at, l.how
  FROM role AS r
  JOIN membership AS m
    ON m.tenant = r.tenant AND 'role ' || m.team = r.account
  JOIN account AS a ON a.tenant = m.tenant AND a.id = m.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
