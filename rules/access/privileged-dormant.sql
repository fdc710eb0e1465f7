-- SPDX-License-Identifier: Apache-2.0
-- id: privileged-dormant
-- revision: 2
-- title: Every privileged account was used lately
-- why: A privileged account that nobody uses is one that nobody misses when it
--   is taken over.
-- severity: medium
-- per: tenant
-- systems: dnsfilter, okta, active-directory, google, connectwise-psa, halopsa
-- needs: account, role, declared
-- param: days 90 "Days without a sign-in after which an account is dormant"
-- fix: dormant-review
-- maps: soc2 CC6.3 direct "Shows privileged accounts that nobody uses, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows privileged accounts that nobody uses; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows privileged accounts that nobody uses among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows privileged accounts that
--   nobody uses for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows privileged accounts that nobody uses
--   among the holders of privileged roles"
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
-- Never seen counts as unused once the account is old enough; without a
-- creation date it is old enough.  Declared service and break-glass accounts
-- are meant to rest.
SELECT a.tenant,
       a.id AS subject,
       max(coalesce(a.name, a.email, a.id)) AS name,
       max(CASE WHEN a.last_seen_at IS NULL THEN 'never signed in'
                ELSE 'last signed in ' || iso(a.last_seen_at) END) AS seen,
       'used within ' || :days || ' days, or its role taken away' AS wanted,
       max(a.email) AS email, max(r.role) AS role,
       max(a.last_seen_at) AS last_seen_at
  FROM account AS a
  JOIN role AS r
    ON r.tenant = a.tenant AND r.account = a.id
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(a.last_seen_at, a.created_at, 0) < :now - :days * 86400
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = coalesce(a.email, a.login)
                      AND e.class IN ('service', 'breakglass'))
 GROUP BY a.tenant, a.dataset, a.id;
