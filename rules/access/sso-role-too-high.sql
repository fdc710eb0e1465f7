-- SPDX-License-Identifier: Apache-2.0
-- id: sso-role-too-high
-- revision: 1
-- title: Single sign-on makes nobody more than a reader by itself
-- why: Whoever is added to the mapped group becomes an administrator without
--   anybody at the MSP deciding so.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.enterprise_connections]
-- param: default_roles "read_only" "Default roles that are allowed, with
--   blanks between; add the number that your dashboard shows as Read Only"
-- fix: sso-tighten
-- maps: soc2 CC6.3 direct "Shows roles that single sign-on hands out, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows roles that single sign-on hands out; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows roles that single sign-on hands out among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows roles that single sign-on
--   hands out for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows roles that single sign-on hands out
--   among the holders of privileged roles"
-- refs: DNSFilter API, enterprise connections: role_default is a number here
--   and a word where it is written
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'sso'
 GROUP BY tenant;
-- violations:
-- The API gives the default role as a number without saying what it means:
-- what is not in the parameter is listed.  A role that is missing counts as
-- too high.
SELECT s.tenant,
       s.id || ' default' AS subject,
       coalesce(s.name, s.id) AS name,
       'default role ' || coalesce(s.attr ->> '$.role_default', 'unknown')
           AS seen,
       'Read Only, confirmed in the dashboard' AS wanted,
       s.state AS idp
  FROM resource AS s
 WHERE s.kind = 'sso'
   AND coalesce(instr(' ' || :default_roles || ' ',
           ' ' || (s.attr ->> '$.role_default') || ' '), 0) = 0
UNION ALL
SELECT s.tenant,
       s.id || ' group ' || coalesce(m.value ->> '$.group', 'unknown'),
       coalesce(s.name, s.id),
       'group ' || coalesce(m.value ->> '$.group', 'unknown')
           || ' gets role ' || coalesce(m.value ->> '$.role', 'unknown'),
       'no administrative role by group, or a waiver that names the group',
       s.state
  FROM resource AS s, json_each(s.attr, '$.role_map') AS m
 WHERE s.kind = 'sso'
   AND m.value IS NOT NULL
   AND coalesce(m.value ->> '$.role', 'unknown') NOT IN ('read_only',
           'technical', 'accountant', 'policies_only', 'network_support',
           'support');
