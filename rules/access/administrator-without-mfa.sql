-- SPDX-License-Identifier: Apache-2.0
-- id: administrator-without-mfa
-- revision: 1
-- title: Every administrator of the directory can do multi-factor
--   authentication
-- why: A password alone is guessed, reused or phished; behind an
--   administrator it opens the whole tenancy.
-- severity: critical
-- per: tenant
-- systems: entra
-- needs: resource[entra.registrations], role[entra.role_assignments],
--   account[entra.users], coverage
-- fix: mfa-register-entra
-- maps: soc2 CC6.1 direct "Shows administrators without a second
--   factor; so that access is protected"
-- maps: iso27001 A.5.17 supporting "Shows administrators without a
--   second factor; secrets are looked after through their life"
-- maps: nis2 11.3 supporting "Shows administrators without a second
--   factor; among administration accounts"
-- maps: hipaa 164.312(d) direct "Shows administrators without a second
--   factor; who asks for access is known"
-- maps: nist80053 AC-6(5) supporting "Shows administrators without a
--   second factor; among privileged accounts"
-- refs: Microsoft Graph v1.0: userRegistrationDetails, a report that is
--   renewed every few hours
-- population:
SELECT g.tenant, count(DISTINCT g.owner) AS n
  FROM resource AS g
 WHERE coalesce(g.attr ->> '$.isAdmin', 1) <> 0
 GROUP BY g.tenant;
-- violations:
-- What the report does not say counts as no.  An administrator who can sign
-- in and is not in the report at all is one whose factors nobody knows;
-- that is said only when the report was read to its end.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       CASE WHEN g.id IS NULL THEN 'not in the registration report'
            ELSE 'methods: ' || coalesce(nullif(g.attr ->> '$.methods', ''),
                'none') END AS seen,
       'a second factor set up' AS wanted,
       a.email, a.class
  FROM account AS a
  LEFT JOIN resource AS g ON g.tenant = a.tenant AND g.owner = a.id
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND coalesce(g.attr ->> '$.isMfaCapable', 0) <> 1
   AND ((g.id IS NOT NULL
         AND coalesce(g.attr ->> '$.isAdmin', 1) <> 0)
        OR (g.id IS NULL
            AND EXISTS (SELECT 1
                          FROM role AS r
                         WHERE r.tenant = a.tenant AND r.account = a.id
                           AND coalesce(r.privileged, 'unknown') <> 'no')
            AND NOT EXISTS (SELECT 1
                              FROM coverage AS v
                             WHERE v.tenant = a.tenant
                               AND v.dataset = 'entra.registrations'
                               AND (v.status <> 'complete'
                                    OR v.stale = 1))));
