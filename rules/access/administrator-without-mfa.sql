-- SPDX-License-Identifier: Apache-2.0
-- id: administrator-without-mfa
-- revision: 2
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
WITH bare(tenant, owner, id, methods) AS MATERIALIZED (
    SELECT tenant, owner, id, attr ->> '$.methods'
      FROM resource
     WHERE coalesce(attr ->> '$.isMfaCapable', 0) <> 1
       AND coalesce(attr ->> '$.isAdmin', 1) <> 0),
holder(tenant, account) AS MATERIALIZED (
    SELECT DISTINCT tenant, account
      FROM role
     WHERE coalesce(privileged, 'unknown') <> 'no')
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'methods: ' || coalesce(nullif(g.methods, ''), 'none') AS seen,
       'a second factor set up' AS wanted,
       a.email, a.class
  FROM bare AS g
 CROSS JOIN account AS a ON a.tenant = g.tenant AND a.id = g.owner
 WHERE g.id IS NOT NULL
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
UNION ALL
SELECT a.tenant,
       a.id,
       coalesce(a.name, a.email, a.login, a.id),
       'not in the registration report',
       'a second factor set up',
       a.email, a.class
  FROM holder AS h
 CROSS JOIN account AS a ON a.tenant = h.tenant AND a.id = h.account
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND NOT EXISTS (SELECT 1
                     FROM resource AS g
                    WHERE g.tenant = a.tenant AND g.owner = a.id)
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = a.tenant
                      AND v.dataset = 'entra.registrations'
                      AND (v.status <> 'complete' OR v.stale = 1));
