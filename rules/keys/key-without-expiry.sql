-- SPDX-License-Identifier: Apache-2.0
-- id: key-without-expiry
-- revision: 1
-- title: Every key that works has an end
-- why: A key without an end works until somebody remembers it.
-- severity: low
-- per: tenant
-- systems: dnsfilter
-- needs: credential
-- fix: key-rotate
-- maps: soc2 CC6.1 supporting "Shows keys without an end, so that credentials
--   are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys without an end; secrets are looked
--   after through their life"
-- maps: nis2 9.2.c supporting "Shows keys without an end in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys without an end, who or what
--   acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys without an end; authenticators are
--   managed"
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- No date counts as no end.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'no expiry, made ' || coalesce(iso(c.created_at), 'at an unknown time')
           AS seen,
       'an expiry within a year' AS wanted,
       c.owner, c.owner_email, c.created_at
  FROM credential AS c
 WHERE c.expires_at IS NULL
   AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
