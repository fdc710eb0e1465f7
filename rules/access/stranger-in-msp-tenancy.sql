-- SPDX-License-Identifier: Apache-2.0
-- id: stranger-in-msp-tenancy
-- revision: 2
-- title: Only the MSP's own people are members of its own tenancies
-- why: Who is a member of the provider's own organisation or Partner Portal
--   reaches every customer below it.
-- severity: high
-- per: fleet
-- systems: dnsfilter, printix-partner, okta, onelogin, google, ninjaone
-- needs: account@msp, tenancy, domain, declared
-- fix: stranger-remove
-- maps: soc2 CC6.3 direct "Shows people from elsewhere in the provider's own
--   tenancies, so that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows people from elsewhere in the provider's
--   own tenancies; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows people from elsewhere in the provider's own
--   tenancies among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows people from elsewhere in
--   the provider's own tenancies for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows people from elsewhere in the
--   provider's own tenancies among the holders of privileged roles"
-- refs: DNSFilter help: customer staff in the MSP organisation would see every
--   customer
-- refs: Printix manuals: every Partner Portal user has full access for that
--   partner
-- population:
SELECT count(*) AS n
  FROM account AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 1
   AND t.system IN ('dnsfilter', 'printix-partner', 'okta', 'onelogin',
                    'google', 'ninjaone');
-- violations:
-- Without an address nobody can be told to belong here: listed.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       coalesce(a.email, a.login, 'no address') || ' in ' || t.name AS seen,
       'an address of the MSP, a declared account, or none' AS wanted,
       a.email, a.state, a.tenant AS tenancy
  FROM account AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 1
   AND t.system IN ('dnsfilter', 'printix-partner', 'okta', 'onelogin',
                    'google', 'ninjaone')
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND NOT EXISTS (SELECT 1
                     FROM domain AS d
                    WHERE d.msp = 1
                      AND lower(substr(coalesce(a.email, a.login),
                              instr(coalesce(a.email, a.login), '@') + 1))
                          = lower(d.domain))
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = coalesce(a.email, a.login));
