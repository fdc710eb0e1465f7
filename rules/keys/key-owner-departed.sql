-- SPDX-License-Identifier: Apache-2.0
-- id: key-owner-departed
-- revision: 4
-- title: No key that works belongs to somebody who left
-- why: A key outlives its owner's password and second factor. Whoever copied
--   it can act in his name until it is revoked.
-- severity: critical
-- per: tenant
-- systems: dnsfilter, printix, okta, onelogin, active-directory, google, entra
-- needs: credential, account, person_link, person, alias
-- fix: key-revoke
-- maps: soc2 CC6.1 supporting "Shows keys whose owner left, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys whose owner left; secrets are
--   looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys whose owner left in the life of
--   keys"
-- maps: hipaa 164.312(d) supporting "Shows keys whose owner left, who or what
--   acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys whose owner left; authenticators are
--   managed"
-- refs: DNSFilter help: a key belongs to a user, only its owner can see,
--   revoke or delete it
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- The owner is an account of the same tenancy, or an address alone.  Only a
-- stated end is an end: an unknown state and a missing expiry count as
-- working.  A row per person: account and address may be those of two.  From
-- the few who left to their keys: the other way round, all keys are read for
-- each of them.
WITH gone(tenant, id, person, who, left_at) AS (
    SELECT c.tenant, c.id, l.person, coalesce(l.person_name, l.person),
           l.left_at
      FROM person_link AS l
      CROSS JOIN account AS a
        ON a.tenant = l.tenant AND a.dataset = l.dataset
       AND a.id = l.account
      CROSS JOIN credential AS c ON c.tenant = a.tenant AND c.owner = a.id
     WHERE l.certain = 1 AND l.left_at <= :now
     UNION
    SELECT c.tenant, c.id, p.id, coalesce(p.name, p.id), p.left_at
      FROM person AS p
      JOIN alias AS m ON m.person = p.id
      CROSS JOIN credential AS c ON c.owner_email_key = m.address_key
     WHERE p.left_at <= :now)
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'owned by ' || coalesce(c.owner_email, 'account ' || c.owner)
           || ', who left ' || iso(min(g.left_at))
           || CASE WHEN count(*) OVER (PARTITION BY c.tenant, c.id) > 1
                   THEN ' (' || g.who || ')' ELSE '' END AS seen,
       'revoked, and replaced by a key of a service account' AS wanted,
       c.kind, c.owner, c.owner_email, c.expires_at, g.person,
       min(g.left_at) AS left_at
  FROM gone AS g
  CROSS JOIN credential AS c ON c.tenant = g.tenant AND c.id = g.id
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.expires_at IS NULL OR c.expires_at > :now)
 GROUP BY c.tenant, c.id, g.person;
