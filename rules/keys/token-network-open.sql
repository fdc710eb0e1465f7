-- SPDX-License-Identifier: Apache-2.0
-- id: token-network-open
-- revision: 1
-- title: Every API token works from named networks only
-- why: A token that works from anywhere is as good for a thief as for the
--   server it was made for.
-- severity: medium
-- per: tenant
-- systems: okta
-- needs: credential[okta.api_tokens]
-- fix: token-restrict
-- maps: soc2 CC6.1 supporting "Shows API tokens that work from any network;
--   so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows API tokens that work from any network;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows API tokens that work from any network;
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows API tokens that work from any
--   network; who or what acts behind a credential is known"
-- maps: nist80053 IA-5 direct "Shows API tokens that work from any network;
--   authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- What is not said counts as anywhere.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'works from ' || lower(coalesce(c.attr ->> '$.connection',
           'unknown networks')) AS seen,
       'bound to a network zone' AS wanted,
       c.owner, c.last_used_at, c.attr ->> '$.clientName' AS client
  FROM credential AS c
 WHERE coalesce(c.attr ->> '$.connection', 'ANYWHERE') <> 'ZONE';
