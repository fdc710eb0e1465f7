-- SPDX-License-Identifier: Apache-2.0
-- id: privileged-without-mfa
-- revision: 1
-- title: Every privileged account that signs in with a password has a second
--   factor
-- why: A password alone is guessed, reused or phished; behind a privileged
--   role that opens the whole tenancy.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: account, role
-- fix: mfa-enable
-- maps: soc2 CC6.1 direct "Shows privileged accounts without a second factor;
--   access asks for more than a password"
-- maps: iso27001 A.5.17 supporting "Shows privileged accounts without a second
--   factor, how sign-ins are protected"
-- maps: nis2 11.3 supporting "Shows privileged accounts without a second
--   factor among administration accounts"
-- maps: hipaa 164.312(d) direct "Shows privileged accounts without a second
--   factor; who asks for access is proven"
-- maps: nist80053 AC-6(5) supporting "Shows privileged accounts without a
--   second factor among privileged accounts"
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
-- Who signs in through an identity provider gets the second factor there.
-- An unknown sign-in source counts as a password, an unknown factor as none.
SELECT a.tenant,
       a.id AS subject,
       max(coalesce(a.name, a.email, a.id)) AS name,
       max('second factor ' || coalesce(a.mfa, 'unknown') || ', role '
           || r.role) AS seen,
       'second factor set up' AS wanted,
       max(a.email) AS email, max(a.idp) AS idp
  FROM account AS a
  JOIN role AS r
    ON r.tenant = a.tenant AND r.dataset = a.dataset AND r.account = a.id
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
   AND coalesce(a.mfa, 'unknown') <> 'yes'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND lower(coalesce(a.idp, 'password')) IN ('auth0', 'password', 'email')
 GROUP BY a.tenant, a.dataset, a.id;
