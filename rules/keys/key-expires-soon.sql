-- SPDX-License-Identifier: Apache-2.0
-- id: key-expires-soon
-- revision: 2
-- title: No key that works ends within the next weeks
-- why: Nothing warns before a key ends; the integration behind it stops, and
--   nobody knows why.
-- severity: low
-- per: tenant
-- systems: dnsfilter, entra
-- needs: credential
-- param: days 30 "Days before its end from which a key is listed"
-- fix: key-rotate
-- maps: soc2 CC6.1 supporting "Shows keys that are about to end, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys that are about to end; secrets are
--   looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys that are about to end in the life of
--   keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that are about to end, who or
--   what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that are about to end;
--   authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- A key without a date is key-without-expiry's; an unknown state counts as
-- working.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'ends ' || iso(c.expires_at) AS seen,
       'replaced more than ' || :days || ' days before its end' AS wanted,
       c.owner, c.owner_email, c.expires_at
  FROM credential AS c
 WHERE c.expires_at > :now
   AND c.expires_at <= :now + :days * 86400
   AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
