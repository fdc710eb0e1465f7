-- SPDX-License-Identifier: Apache-2.0
-- id: directory-service-account-unowned
-- revision: 1
-- title: Every service account has a manager who can sign in
-- why: Nobody is asked when its password has to change, and nobody notices
--   that the service is gone.
-- severity: medium
-- per: tenant
-- systems: active-directory
-- needs:
--   credential[active-directory.users|active-directory-export.directory],
--   account[active-directory.users|active-directory-export.directory],
--   declared, coverage
-- fix: directory-service-account-own
-- maps: soc2 CC6.1 supporting "Shows service accounts that nobody answers
--   for; so that sign-ins are protected"
-- maps: iso27001 A.5.17 direct "Shows service accounts that nobody answers
--   for; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows service accounts that nobody answers
--   for; keys and passwords have a life"
-- maps: hipaa 164.312(d) supporting "Shows service accounts that nobody
--   answers for; so that it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows service accounts that nobody answers
--   for; authenticators are managed"
-- population:
SELECT c.tenant, count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('disabled', 'revoked', 'expired')
 GROUP BY c.tenant;
-- violations:
-- An account that is declared with an owner is owned.  That a manager is not
-- there proves something only when all users were read.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner IS NULL THEN 'no manager'
            WHEN m.id IS NULL THEN 'its manager is no user any more'
            ELSE 'its manager cannot sign in' END AS seen,
       'a manager who can sign in' AS wanted,
       s.login, coalesce(m.name, m.login) AS manager
  FROM credential AS c
  LEFT JOIN account AS s ON s.tenant = c.tenant AND s.id = c.id
  LEFT JOIN account AS m ON m.tenant = c.tenant AND m.id = c.owner
 WHERE coalesce(c.state, 'unknown') NOT IN ('disabled', 'revoked', 'expired')
   AND (c.owner IS NULL OR m.id IS NULL
        OR m.state IN ('disabled', 'deleted'))
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) IN (s.email, s.login)
                      AND e.class = 'service')
   AND (m.id IS NOT NULL OR c.owner IS NULL
        OR NOT EXISTS (SELECT 1
                         FROM coverage AS v
                        WHERE v.tenant = c.tenant
                          AND v.dataset IN ('active-directory.users',
                                  'active-directory-export.directory')
                          AND (v.status <> 'complete' OR v.stale = 1)));
