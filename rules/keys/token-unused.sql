-- SPDX-License-Identifier: Apache-2.0
-- id: token-unused
-- revision: 1
-- title: Every API token was used lately
-- why: A token that nothing uses is missed by nobody when it is stolen.
-- severity: low
-- per: tenant
-- systems: okta
-- needs: credential[okta.api_tokens]
-- param: days 25 "Days without use after which a token is idle; it ends by
--   itself after 30"
-- fix: key-revoke
-- maps: soc2 CC6.1 supporting "Shows API tokens that nothing uses; so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows API tokens that nothing uses; secrets
--   are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows API tokens that nothing uses; in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows API tokens that nothing uses; who
--   or what acts behind a credential is known"
-- maps: nist80053 IA-5 direct "Shows API tokens that nothing uses;
--   authenticators are managed"
-- refs: Okta Management API: api-tokens, whose lastUpdated moves with every
--   use
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- A use that is not known counts as none.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.last_used_at IS NULL THEN 'no use is known'
            ELSE 'last used ' || iso(c.last_used_at) END AS seen,
       'used within ' || :days || ' days, or revoked' AS wanted,
       c.owner, c.last_used_at, c.expires_at
  FROM credential AS c
 WHERE coalesce(c.last_used_at, 0) < :now - :days * 86400
   AND (c.expires_at IS NULL OR c.expires_at > :now);
