-- SPDX-License-Identifier: Apache-2.0
-- id: application-without-owner
-- revision: 2
-- title: Every application with a secret that works has an owner who
--   can sign in
-- why: Nobody is asked when the secret ends or leaks, and nobody
--   notices that the application is no longer needed.
-- severity: medium
-- per: tenant
-- systems: entra
-- needs: resource[entra.applications], credential[entra.applications],
--   membership[entra.application_owners], account[entra.users],
--   coverage
-- fix: application-owner-name
-- maps: soc2 CC6.1 supporting "Shows applications that nobody answers
--   for; so that access is protected"
-- maps: iso27001 A.5.17 direct "Shows applications that nobody answers
--   for; secrets are looked after through their life"
-- maps: nis2 9.2.c direct "Shows applications that nobody answers for;
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows applications that nobody
--   answers for; who asks for access is known"
-- maps: nist80053 IA-5 direct "Shows applications that nobody answers
--   for; authenticators are managed"
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 WHERE EXISTS (SELECT 1
                 FROM credential AS c
                WHERE c.tenant = r.tenant
                  AND c.attr ->> '$.application' = r.id
                  AND (c.expires_at IS NULL OR c.expires_at > :now))
 GROUP BY r.tenant;
-- violations:
-- Guests and accounts in an unknown state do not answer for anything.
-- Absence proves something only when owners and users were read completely.
WITH owner(tenant, app, alive) AS MATERIALIZED (
    SELECT m.tenant, m.team,
           EXISTS (SELECT 1
                     FROM account AS a
                    WHERE a.tenant = m.tenant AND a.id = m.account
                      AND a.state = 'active'
                      AND coalesce(a.class, 'unknown') <> 'guest')
      FROM membership AS m)
SELECT r.tenant,
       r.id AS subject,
       coalesce(r.name, r.id) AS name,
       CASE WHEN count(m.app) = 0 THEN 'no owner'
            ELSE 'no owner of ' || count(m.app) || ' can sign in' END
           AS seen,
       'an owner of this organisation who can sign in' AS wanted,
       r.attr ->> '$.appId' AS app_id
  FROM resource AS r
  LEFT JOIN owner AS m ON m.tenant = r.tenant AND m.app = r.id
 WHERE EXISTS (SELECT 1
                 FROM credential AS c
                WHERE c.tenant = r.tenant
                  AND c.attr ->> '$.application' = r.id
                  AND (c.expires_at IS NULL OR c.expires_at > :now))
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = r.tenant
                      AND v.dataset IN ('entra.application_owners',
                              'entra.users')
                      AND (v.status <> 'complete' OR v.stale = 1))
 GROUP BY r.tenant, r.id
HAVING coalesce(max(m.alive), 0) = 0;
