-- SPDX-License-Identifier: Apache-2.0
-- id: technician-reach-unlimited
-- revision: 2
-- title: Every technician reaches only the organisations that are listed for
--   him
-- why: A technician without a list reaches every customer, also tomorrow's,
--   and so does whoever takes over his account.
-- severity: medium
-- per: fleet
-- systems: dnsfilter
-- needs: account@msp[dnsfilter.users], role@msp[dnsfilter.users], tenancy,
--   declared
-- fix: reach-limit
-- maps: soc2 CC6.3 direct "Shows technicians who reach every customer, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows technicians who reach every customer; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows technicians who reach every customer among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows technicians who reach
--   every customer for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows technicians who reach every customer
--   among the holders of privileged roles"
-- refs: DNSFilter help: with the include list off a user reaches every
--   sub-organisation but those that are named
-- population:
SELECT count(*) AS n
  FROM account AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 1;
-- violations:
-- A switch that was not sent counts as unlimited.  Owners and super
-- administrators cannot be limited and are other rules'; a declared service
-- account reaches everything on purpose.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'reaches every organisation, role '
           || coalesce((SELECT max(r.role)
                          FROM role AS r
                         WHERE r.tenant = a.tenant AND r.dataset = a.dataset
                           AND r.account = a.id), 'unknown') AS seen,
       'a list of the organisations that are served' AS wanted,
       a.email
  FROM account AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 1
   AND coalesce(a.attr ->> '$.is_include_only_list', 0) = 0
   AND NOT EXISTS (SELECT 1
                     FROM role AS r
                    WHERE r.tenant = a.tenant AND r.dataset = a.dataset
                      AND r.account = a.id
                      AND r.role IN ('owner', 'super_administrator'))
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = lower(a.email)
                      AND e.class = 'service');
