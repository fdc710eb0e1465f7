-- SPDX-License-Identifier: Apache-2.0
-- id: console-admin-without-2sv
-- revision: 1
-- title: Every administrator of Google Workspace is enrolled in 2-Step
--   Verification
-- why: A password alone is guessed, reused or phished; behind an
--   administrator it opens mail and files of everybody.
-- severity: critical
-- per: tenant
-- systems: google
-- needs: account[google.users], role[google.role_assignments]
-- fix: mfa-enrol-google
-- maps: soc2 CC6.1 direct "Shows administrators without a second factor; so
--   that access is protected"
-- maps: iso27001 A.5.17 supporting "Shows administrators without a second
--   factor; secrets are looked after through their life"
-- maps: nis2 11.3 supporting "Shows administrators without a second factor;
--   among administration accounts"
-- maps: hipaa 164.312(d) direct "Shows administrators without a second factor;
--   who asks for access is known"
-- maps: nist80053 AC-6(5) supporting "Shows administrators without a second
--   factor; among privileged accounts"
-- refs: Admin SDK Directory API, users: isAdmin, isDelegatedAdmin,
--   isEnrolledIn2Sv
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE coalesce(a.attr ->> '$.isAdmin', 0) <> 0
    OR coalesce(a.attr ->> '$.isDelegatedAdmin', 0) <> 0
    OR EXISTS (SELECT 1
                 FROM role AS r
                WHERE r.tenant = a.tenant AND r.account = a.id)
 GROUP BY a.tenant;
-- violations:
-- Google leaves out what is false, so an administrator is who either member or
-- a role says; a factor that is not told is none, a state that is not told
-- lets in.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       '2-Step Verification ' || coalesce(a.mfa, 'unknown') AS seen,
       'enrolled' AS wanted,
       a.email, a.state,
       a.attr ->> '$.isEnforcedIn2Sv' AS enforced
  FROM account AS a
 WHERE coalesce(a.mfa, 'unknown') <> 'yes'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND (coalesce(a.attr ->> '$.isAdmin', 0) <> 0
        OR coalesce(a.attr ->> '$.isDelegatedAdmin', 0) <> 0
        OR EXISTS (SELECT 1
                     FROM role AS r
                    WHERE r.tenant = a.tenant AND r.account = a.id));
