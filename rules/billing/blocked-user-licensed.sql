-- SPDX-License-Identifier: Apache-2.0
-- id: blocked-user-licensed
-- revision: 1
-- title: No blocked user keeps a paid licence
-- why: The licence is paid every month and nobody can use it.
-- severity: low
-- per: tenant
-- systems: entra
-- needs: account[entra.users], declared
-- fix: licence-take
-- maps: soc2 CC6.2 supporting "Shows licences of blocked users; so that
--   only known people keep access"
-- maps: iso27001 A.5.16 direct "Shows licences of blocked users; in the
--   life of identities"
-- maps: nis2 11.5 supporting "Shows licences of blocked users; in the
--   life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows licences of
--   blocked users; for the review of access"
-- maps: nist80053 AC-2(3) direct "Shows licences of blocked users;
--   accounts that should be switched off"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE json_array_length(a.attr, '$.assignedLicenses') > 0
 GROUP BY a.tenant;
-- violations:
-- Declared shared mailboxes are blocked on purpose and may need a licence.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       json_array_length(a.attr, '$.assignedLicenses') || ' licences, blocked'
           AS seen,
       'no licence' AS wanted,
       a.email, a.login, a.attr ->> '$.assignedLicenses' AS licences
  FROM account AS a
 WHERE a.state IN ('disabled', 'deleted')
   AND json_array_length(a.attr, '$.assignedLicenses') > 0
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE e.class = 'shared'
                      AND lower(e.address) IN (a.email, a.login));
