-- SPDX-License-Identifier: Apache-2.0
-- id: password-beside-sso
-- revision: 2
-- title: Nobody keeps a password where single sign-on is on
-- why: A password that was left behind goes around the identity provider:
--   switching the person off there does not help.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: account[dnsfilter.users], tenant@fleet[dnsfilter.organizations],
--   tenancy, declared
-- fix: sso-finish
-- maps: soc2 CC7.1 supporting "Shows passwords beside single sign-on, settings
--   that bring a weakness"
-- maps: iso27001 A.8.9 supporting "Shows passwords beside single sign-on;
--   settings are kept under control"
-- maps: nis2 6.3 supporting "Shows passwords beside single sign-on in the
--   configuration"
-- maps: nist80053 CM-6(2) supporting "Shows passwords beside single sign-on,
--   settings that nobody approved"
-- refs: DNSFilter help: switching single sign-on on detaches password users of
--   role Admin or lower; owners and super administrators keep theirs
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
  JOIN tenancy AS y ON y.tenant = a.tenant
  JOIN tenant AS o ON o.of_system = y.system AND o.id = y.id
 WHERE coalesce(o.attr ->> '$.sso_enabled', 1) = 1
 GROUP BY a.tenant;
-- violations:
-- An unknown sign-in source counts as a password, an unknown setting as on.
-- Owners and super administrators keep passwords by design; who needs one is
-- declared as break-glass.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'signs in with ' || CASE a.idp WHEN 'auth0' THEN 'a password'
           ELSE 'an unknown source' END AS seen,
       'single sign-on, or declared as break-glass' AS wanted,
       a.email, a.last_seen_at
  FROM account AS a
  JOIN tenancy AS y ON y.tenant = a.tenant
  JOIN tenant AS o ON o.of_system = y.system AND o.id = y.id
 WHERE coalesce(o.attr ->> '$.sso_enabled', 1) = 1
   AND coalesce(a.idp, 'auth0') = 'auth0'
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = lower(a.email)
                      AND e.class = 'breakglass');
