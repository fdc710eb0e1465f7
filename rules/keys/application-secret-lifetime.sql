-- SPDX-License-Identifier: Apache-2.0
-- id: application-secret-lifetime
-- revision: 1
-- title: Every client secret of an application ends within two years,
--   and none is left long after its end
-- why: A secret that lives for ever is never changed after a theft; old
--   ones hide the one that is in use.
-- severity: medium
-- per: tenant
-- systems: entra
-- needs: credential[entra.applications entra.service_principals]
-- param: days 731 "Longest life of a secret"
-- param: kept 90 "Days that an ended secret may stay"
-- fix: application-secret-renew
-- maps: soc2 CC6.1 supporting "Shows client secrets that live too long;
--   so that access is protected"
-- maps: iso27001 A.5.17 direct "Shows client secrets that live too
--   long; secrets are looked after through their life"
-- maps: nis2 9.2.c direct "Shows client secrets that live too long; in
--   the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows client secrets that live too
--   long; who asks for access is known"
-- maps: nist80053 IA-5 direct "Shows client secrets that live too long;
--   authenticators are managed"
-- population:
SELECT c.tenant, count(*) AS n
  FROM credential AS c
 WHERE c.kind = 'client_secret'
 GROUP BY c.tenant;
-- violations:
-- No end counts as for ever, an unknown begin as long ago.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.expires_at IS NULL THEN 'has no end'
            WHEN c.expires_at <= :now THEN 'ended ' || iso(c.expires_at)
                || ' and is still there'
            ELSE 'from ' || coalesce(iso(c.created_at), 'an unknown time')
                || ' to ' || iso(c.expires_at) END AS seen,
       'at most ' || :days || ' days, and deleted within ' || :kept
           || ' days after its end' AS wanted,
       c.created_at, c.expires_at
  FROM credential AS c
 WHERE c.kind = 'client_secret'
   AND (c.expires_at IS NULL
        OR (c.expires_at > :now
            AND c.expires_at - coalesce(c.created_at, 0) > :days * 86400)
        OR c.expires_at <= :now - :kept * 86400);
