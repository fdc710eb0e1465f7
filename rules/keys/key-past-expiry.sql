-- SPDX-License-Identifier: Apache-2.0
-- id: key-past-expiry
-- revision: 2
-- title: Every key that has ended is revoked or deleted
-- why: The vendor goes on calling an ended key active. Left in the list it
--   hides which keys still work, and uses up the owner's allowance.
-- severity: low
-- per: tenant
-- systems: dnsfilter, entra
-- needs: credential
-- fix: key-delete
-- maps: soc2 CC6.1 supporting "Shows keys that ended and were not cleared
--   away, so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys that ended and were not cleared
--   away; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys that ended and were not cleared away
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that ended and were not
--   cleared away, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that ended and were not cleared
--   away; authenticators are managed"
-- refs: DNSFilter: an expired key answers 401 and still reads status active
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- A key without an expiry has not ended; key-without-expiry lists it.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'ended ' || iso(c.expires_at) || ', state '
           || coalesce(c.state, 'unknown') AS seen,
       'revoked or deleted by its owner' AS wanted,
       c.owner, c.owner_email, c.expires_at
  FROM credential AS c
 WHERE c.expires_at <= :now
   AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled');
