-- SPDX-License-Identifier: Apache-2.0
-- id: owner-remains
-- revision: 1
-- title: Every tenancy has an authorised owner who has not left
-- why: Without an owner who is here nobody can hand the tenancy over, close
--   it, or let anybody in again; it is the most expensive thing to lose.
-- severity: critical
-- per: tenant
-- systems: printix, dnsfilter, okta, onelogin
-- needs:
--   account[dnsfilter.users|printix-portal.tenant_users|okta.users|onelogin-portal.super_users],
--   role[dnsfilter.users|printix-portal.tenant_users|okta.user_roles|onelogin-portal.super_users],
--   person_link[dnsfilter.users|printix-portal.tenant_users|okta.users|onelogin-portal.super_users],
--   tenancy, coverage, authorised_owner
-- fix: owner-restore
-- maps: soc2 CC6.3 direct "Shows tenancies without an authorised owner, so
--   that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows tenancies without an authorised owner;
--   few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows tenancies without an authorised owner among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows tenancies without an
--   authorised owner for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows tenancies without an authorised owner
--   among the holders of privileged roles"
-- refs: Printix refuses to leave a tenant without any System manager, departed
--   or not
-- refs: DNSFilter help: ownership is transferred by the current owner only
-- population:
SELECT y.tenant, 1 AS n
  FROM tenancy AS y
 WHERE y.claimed = 1;
-- violations:
-- An owner is whoever holds the vendor's highest role, stands on the list of
-- authorised owners, can sign in and has not left.  An unknown state does not
-- count as able to sign in here.  Nothing is said about an absence while the
-- lists of users were not read completely.
WITH keeper(tenant, n) AS (
    SELECT r.tenant, count(*)
      FROM role AS r
      JOIN account AS a
        ON a.tenant = r.tenant AND a.id = r.account
      JOIN authorised_owner AS o
        ON o.customer = r.customer
       AND lower(o.address) = coalesce(a.email, a.login)
     WHERE (r.role IN ('owner', 'SYSTEM_MANAGER')
            OR r.attr ->> '$.type' = 'SUPER_ADMIN')
       AND a.state = 'active'
       AND NOT EXISTS (SELECT 1
                         FROM person_link AS l
                        WHERE l.tenant = a.tenant AND l.dataset = a.dataset
                          AND l.account = a.id
                          AND l.certain = 1 AND l.left_at <= :now)
     GROUP BY r.tenant)
SELECT y.tenant,
       'owner' AS subject,
       y.name,
       CASE WHEN NOT EXISTS (SELECT 1
                               FROM authorised_owner AS o
                              WHERE o.customer = y.customer)
            THEN 'no authorised owner is configured'
            ELSE 'no authorised owner is left' END AS seen,
       'at least one authorised owner who is here' AS wanted,
       (SELECT substr(group_concat(coalesce(a.email, a.id), ' '), 1, 400)
          FROM role AS r
          JOIN account AS a
            ON a.tenant = r.tenant AND a.id = r.account
         WHERE r.tenant = y.tenant
           AND (r.role IN ('owner', 'SYSTEM_MANAGER')
            OR r.attr ->> '$.type' = 'SUPER_ADMIN')) AS holders
  FROM tenancy AS y
 WHERE y.claimed = 1
   AND y.system IN ('dnsfilter', 'printix', 'okta', 'onelogin')
   AND NOT EXISTS (SELECT 1 FROM keeper AS k WHERE k.tenant = y.tenant)
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
