-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-client-app-owner-departed
-- revision: 3
-- title: Every client app of the RMM is answered for by somebody who is here
-- why: The secret of a client app works without its owner. Whoever answered
--   for it and left may have it, and nobody renews it.
-- severity: critical
-- per: fleet
-- systems: ninjaone
-- needs: credential[ninjaone-portal.api_clients], person, alias
-- fix: rmm-api-client
-- maps: soc2 CC6.1 supporting "Shows client apps that nobody who is here
--   answers for; access is given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows client apps that nobody who is here
--   answers for; secrets and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows client apps that nobody who is here
--   answers for; keys are managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows client apps that nobody who is
--   here answers for; it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows client apps that nobody who is here
--   answers for; authenticators are managed"
-- population:
SELECT count(*) AS n
  FROM credential;
-- violations:
-- Without an owner nobody answers for it; only a stated end is an end.  A row
-- per person: an address may have been that of two.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner_email IS NULL THEN 'nobody answers for it'
            ELSE c.owner_email || ' left ' || iso(max(p.left_at))
                || CASE WHEN count(*) OVER (PARTITION BY c.tenant, c.id) > 1
                        THEN ' (' || coalesce(p.name, p.id) || ')'
                        ELSE '' END END AS seen,
       'an owner who is here, and a new secret' AS wanted,
       c.scopes, c.created_at, c.attr ->> '$.purpose' AS purpose,
       c.owner_email, p.id AS person, max(p.left_at) AS left_at
  FROM credential AS c
  LEFT JOIN alias AS m ON m.address = c.owner_email
  LEFT JOIN person AS p ON p.id = m.person AND p.left_at <= :now
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (c.owner_email IS NULL OR p.id IS NOT NULL)
 GROUP BY c.tenant, c.id, p.id;
