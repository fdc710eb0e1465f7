-- SPDX-License-Identifier: Apache-2.0
-- id: key-owner-seat-gone
-- revision: 1
-- title: No account was removed while its key still works
-- why: Once the seat is gone nobody can revoke the key any more: only a
--   support or break-glass path is left.
-- severity: critical
-- per: tenant
-- systems: dnsfilter
-- needs: credential, gone_account, account
-- fix: key-break-glass
-- maps: soc2 CC6.1 supporting "Shows keys that were left behind when their
--   owner's seat was removed, so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys that were left behind when their
--   owner's seat was removed; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys that were left behind when their
--   owner's seat was removed in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that were left behind when
--   their owner's seat was removed, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that were left behind when their
--   owner's seat was removed; authenticators are managed"
-- refs: DNSFilter help: only the owner can see, revoke or delete a key
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- An unknown state counts as working.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'owner ' || coalesce(max(g.email), max(g.id)) || ' was removed by '
           || iso(max(g.closed_at)) || ' before the key was revoked' AS seen,
       'revoked through support or break-glass, then replaced' AS wanted,
       c.owner, c.owner_email, c.expires_at, max(g.closed_at) AS removed_at
  FROM credential AS c
  JOIN gone_account AS g
    ON g.tenant = c.tenant
   AND (g.id = c.owner OR (c.owner IS NULL AND g.email = c.owner_email))
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.expires_at IS NULL OR c.expires_at > :now)
   AND NOT EXISTS (SELECT 1
                     FROM account AS a
                    WHERE a.tenant = c.tenant
                      AND (a.id = c.owner
                           OR (c.owner IS NULL AND a.email = c.owner_email)))
 GROUP BY c.tenant, c.id;
