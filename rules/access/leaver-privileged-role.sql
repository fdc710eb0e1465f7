-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-privileged-role
-- revision: 2
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
-- whose state is hidden as able to sign in.  Roles may come from another
-- listing than accounts do, and a role may be held directly and in reserve.
SELECT r.tenant,
       trim(r.account || ' ' || r.role || ' ' || coalesce(r.scope, ''))
           AS subject,
       max(coalesce(a.name, a.email, a.login, a.id)) AS name,
       max(r.role || ', left ' || iso(l.left_at)) AS seen,
       'role given to somebody who is here' AS wanted,
       max(a.email) AS email, max(a.state) AS state, r.scope,
       max(r.via) AS via, max(l.person) AS person, max(l.left_at) AS left_at,
       max(l.how) AS how
  FROM role AS r
  JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND coalesce(r.privileged, 'unknown') <> 'no'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY r.tenant, r.account, r.role, r.scope;
