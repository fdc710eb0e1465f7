-- SPDX-License-Identifier: Apache-2.0
-- id: suspended-keeps-grant
-- revision: 1
-- title: No application and no app password acts for a suspended user
-- why: What a user has let in stays until it is revoked, and works again the
--   moment the account does; an app password passes by the second factor.
-- severity: high
-- per: tenant
-- systems: google
-- needs: account[google.users],
--   credential[google.tokens google.app_passwords]
-- fix: grant-revoke
-- maps: soc2 CC6.2 direct "Shows applications that act for suspended users, so
--   that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows applications that act for suspended
--   users; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows applications that act for suspended users
--   after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows applications that act for
--   suspended users; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows applications that act for people whose
--   account was suspended"
-- refs: Admin SDK Directory API: tokens and app passwords of a suspended user
--   stay in the lists
-- population:
SELECT tenant, count(*) AS n
  FROM account
 WHERE coalesce(state, 'unknown') <> 'active'
 GROUP BY tenant;
-- violations:
-- A state that is not told may be a suspension.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'acts for ' || coalesce(a.email, a.id) || ', '
           || coalesce(a.state, 'unknown') AS seen,
       'revoked' AS wanted,
       a.email, c.kind, c.scopes, c.last_used_at
  FROM credential AS c
  JOIN account AS a ON a.tenant = c.tenant AND a.id = c.owner
 WHERE coalesce(a.state, 'unknown') <> 'active';
