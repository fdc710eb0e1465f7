-- SPDX-License-Identifier: Apache-2.0
-- id: administrators-too-few
-- revision: 1
-- title: At least two people who are here can administer each tenancy
-- why: With one administrator a holiday is an outage, and the day he leaves is
--   the day the tenancy is lost.
-- severity: low
-- per: tenant
-- systems: printix, dnsfilter, okta, onelogin
-- needs:
--   account[dnsfilter.users|printix-portal.tenant_users|okta.users|onelogin-portal.super_users],
--   role[dnsfilter.users|printix-portal.tenant_users|okta.user_roles|onelogin-portal.super_users],
--   person_link[dnsfilter.users|printix-portal.tenant_users|okta.users|onelogin-portal.super_users],
--   tenancy, coverage
-- param: minimum 2 "People who have to be able to administer a tenancy"
-- fix: owner-restore
-- maps: soc2 CC6.3 direct "Shows tenancies that hang on one person, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows tenancies that hang on one person; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows tenancies that hang on one person among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows tenancies that hang on
--   one person for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows tenancies that hang on one person
--   among the holders of privileged roles"
-- population:
SELECT y.tenant, 1 AS n
  FROM tenancy AS y
 WHERE y.claimed = 1;
-- violations:
-- Counted are privileged accounts that can sign in and whose person has not
-- left; an unknown role or state is not counted on.  Nothing is said about an
-- absence while the lists of users were not read completely.
WITH able(tenant, n) AS (
    SELECT r.tenant, count(DISTINCT coalesce(a.email, a.login, a.id))
      FROM role AS r
      JOIN account AS a
        ON a.tenant = r.tenant AND a.id = r.account
     WHERE r.privileged = 'yes'
       AND a.state = 'active'
       AND NOT EXISTS (SELECT 1
                         FROM person_link AS l
                        WHERE l.tenant = a.tenant AND l.dataset = a.dataset
                          AND l.account = a.id
                          AND l.certain = 1 AND l.left_at <= :now)
     GROUP BY r.tenant)
SELECT y.tenant,
       'administrators' AS subject,
       y.name,
       coalesce(b.n, 0) || ' people can administer it' AS seen,
       'at least ' || :minimum AS wanted
  FROM tenancy AS y
  LEFT JOIN able AS b ON b.tenant = y.tenant
 WHERE y.claimed = 1
   AND y.system IN ('dnsfilter', 'printix', 'okta', 'onelogin')
   AND coalesce(b.n, 0) < :minimum
   AND EXISTS (SELECT 1
                 FROM coverage AS v
                WHERE v.tenant = y.tenant
                  AND v.dataset IN ('dnsfilter.users',
                          'printix-portal.tenant_users',
                          'okta.users', 'okta.user_roles',
                          'onelogin-portal.super_users'))
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = y.tenant
                      AND v.dataset IN ('dnsfilter.users',
                              'printix-portal.tenant_users',
                          'okta.users', 'okta.user_roles',
                          'onelogin-portal.super_users')
                      AND (v.status <> 'complete' OR v.stale = 1));
