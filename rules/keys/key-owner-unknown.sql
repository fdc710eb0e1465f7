-- SPDX-License-Identifier: Apache-2.0
-- id: key-owner-unknown
-- revision: 2
-- title: Every key that works belongs to an account that exists and can sign
--   in
-- why: Only its owner can revoke a DNSFilter key. A key whose owner is
--   unknown, switched off or gone can be ended by the vendor's support alone.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: credential, account@fleet[dnsfilter.users], coverage
-- fix: key-break-glass
-- maps: soc2 CC6.1 supporting "Shows keys without a living owner, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys without a living owner; secrets are
--   looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys without a living owner in the life
--   of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys without a living owner, who or
--   what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys without a living owner;
--   authenticators are managed"
-- refs: DNSFilter help: only the owner can see, revoke or delete a key
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- Absence proves something only when every list of users was read; till then
-- nothing is said about missing owners.  No owner at all is a violation.
WITH known(tenant, id, email, alive) AS MATERIALIZED (
    SELECT tenant, id, email,
           coalesce(state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
      FROM account),
met(tenant, id, here, alive) AS (
    SELECT c.tenant, c.id, k.tenant = c.tenant, k.alive
      FROM credential AS c
      JOIN known AS k ON k.id = c.owner
    UNION ALL
    SELECT c.tenant, c.id, k.tenant = c.tenant, k.alive
      FROM credential AS c
      JOIN known AS k ON k.email = c.owner_email),
owned(tenant, id, here, alive) AS (
    SELECT tenant, id, max(here), max(alive)
      FROM met
     GROUP BY tenant, id)
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN coalesce(c.owner, c.owner_email) IS NULL THEN 'no owner'
            WHEN o.id IS NULL THEN 'owner ' || coalesce(c.owner_email, c.owner)
                || ' is a member of no organisation'
            WHEN o.here = 0 THEN 'owner ' || coalesce(c.owner_email, c.owner)
                || ' is a member of another organisation only'
            ELSE 'owner ' || coalesce(c.owner_email, c.owner)
                || ' cannot sign in' END AS seen,
       'an owner in this organisation who can sign in' AS wanted,
       c.owner, c.owner_email, c.expires_at
  FROM credential AS c
  LEFT JOIN owned AS o ON o.tenant = c.tenant AND o.id = c.id
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.expires_at IS NULL OR c.expires_at > :now)
   AND (o.id IS NULL OR o.here = 0 OR o.alive = 0)
   AND (coalesce(c.owner, c.owner_email) IS NULL
        OR NOT EXISTS (SELECT 1
                         FROM coverage AS v
                        WHERE v.dataset = 'dnsfilter.users'
                          AND (v.status <> 'complete' OR v.stale = 1)));
