-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-privileged-role
-- revision: 1
-- title: No departed person holds a privileged role
-- why: Somebody who left and still administers a tenancy can let himself and
--   others in again, change what is filtered or printed, and delete the
--   traces.
-- severity: critical
-- per: tenant
-- needs: account, role, person_link
-- fix: role-remove
-- maps: soc2 CC6.2 direct "Shows privileged roles, so that access of departed
--   people is taken away"
-- maps: iso27001 A.5.18 direct "Shows privileged roles; access rights are
--   removed when people leave"
-- maps: nis2 10.3 supporting "Shows privileged roles after a person left or
--   changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows privileged roles; access has
--   to end with the job"
-- maps: nist80053 PS-4 direct "Shows privileged roles of people who left"
-- population:
SELECT r.tenant, count(*) AS n
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
-- A role that nobody has mapped yet counts as privileged, and an account
-- whose state is hidden as able to sign in.
SELECT r.tenant,
       trim(r.account || ' ' || r.role || ' ' || coalesce(r.scope, ''))
           AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       r.role || ', left ' || iso(l.left_at) AS seen,
       'role given to somebody who is here' AS wanted,
       a.email, a.state, r.scope, r.via, l.person, l.left_at, l.how
  FROM role AS r
  JOIN account AS a
    ON a.tenant = r.tenant AND a.dataset = r.dataset AND a.id = r.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND coalesce(r.privileged, 'unknown') <> 'no'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
