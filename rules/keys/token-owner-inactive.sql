-- SPDX-License-Identifier: Apache-2.0
-- id: token-owner-inactive
-- revision: 1
-- title: Every API token belongs to an account that exists and can sign in
-- why: A token acts with all rights of its owner. When the owner is suspended
--   it goes on, and nobody is left who answers for it.
-- severity: high
-- per: tenant
-- systems: okta
-- needs: credential[okta.api_tokens], account[okta.users
--   okta.users_deactivated], coverage
-- fix: key-revoke
-- maps: soc2 CC6.1 supporting "Shows API tokens of blocked and unknown
--   accounts; so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows API tokens of blocked and unknown
--   accounts; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows API tokens of blocked and unknown
--   accounts; in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows API tokens of blocked and unknown
--   accounts; who or what acts behind a credential is known"
-- maps: nist80053 IA-5 direct "Shows API tokens of blocked and unknown
--   accounts; authenticators are managed"
-- refs: Okta Management API: a token is not listed any more once it ended
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- A state that is not known counts as one that can sign in.  An owner who is
-- in no list is said only when both lists were read to their end.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner IS NULL THEN 'no owner'
            WHEN max(a.id) IS NULL THEN 'owner ' || c.owner
                || ' is in no list of users'
            ELSE 'owner ' || coalesce(max(a.email), max(a.login), c.owner)
                || ' is ' || max(a.state) END AS seen,
       'an owner who can sign in, or revoked' AS wanted,
       c.owner, c.last_used_at, c.expires_at
  FROM credential AS c
  LEFT JOIN account AS a ON a.tenant = c.tenant AND a.id = c.owner
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.expires_at IS NULL OR c.expires_at > :now)
   AND (a.state IN ('disabled', 'deleted', 'expired')
        OR c.owner IS NULL
        OR (a.id IS NULL
            AND NOT EXISTS (SELECT 1
                              FROM coverage AS v
                             WHERE v.tenant = c.tenant
                               AND v.dataset IN ('okta.users',
                                                 'okta.users_deactivated')
                               AND (v.status <> 'complete'
                                    OR v.stale = 1))))
 GROUP BY c.tenant, c.id;
