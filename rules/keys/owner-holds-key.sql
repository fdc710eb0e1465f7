-- SPDX-License-Identifier: Apache-2.0
-- id: owner-holds-key
-- revision: 2
-- title: No owner or super administrator holds a key that works
-- why: A key has all rights of its owner. Routine automation needs a service
--   user with few.
-- severity: medium
-- per: tenant
-- systems: dnsfilter, okta
-- needs: credential, account, role
-- fix: key-move
-- maps: soc2 CC6.1 supporting "Shows keys with the rights of an owner, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys with the rights of an owner;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys with the rights of an owner in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys with the rights of an owner,
--   who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys with the rights of an owner;
--   authenticators are managed"
-- refs: DNSFilter help: owners should not have keys
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- An unknown state counts as working.  Roles may come from another listing
-- than accounts do.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'owned by ' || coalesce(a.email, c.owner_email, c.owner) || ', '
           || r.role AS seen,
       'owned by a service user with the lowest role that suffices' AS wanted,
       c.owner, c.owner_email, c.expires_at, r.role
  FROM credential AS c
  JOIN account AS a
    ON a.tenant = c.tenant AND (a.id = c.owner OR a.email = c.owner_email)
  JOIN role AS r
    ON r.tenant = a.tenant AND r.account = a.id
 WHERE (r.role IN ('owner', 'super_administrator')
        OR r.attr ->> '$.type' = 'SUPER_ADMIN')
   AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.expires_at IS NULL OR c.expires_at > :now)
 GROUP BY c.tenant, c.id;
