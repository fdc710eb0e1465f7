-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-api-member-unowned
-- revision: 3
-- title: Every API member of the PSA has an owner who is here
-- why: Its keys open the tickets, contacts and agreements of every customer,
--   and no list shows them. When nobody stands for it, nobody will ever revoke
--   them.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: credential[connectwise-psa.api_members], person, alias
-- fix: connectwise-api-member
-- maps: soc2 CC6.1 supporting "Shows API members that nobody stands for, so
--   that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows API members that nobody stands for;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows API members that nobody stands for in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows API members that nobody stands for,
--   who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows API members that nobody stands for;
--   authenticators are managed"
-- refs: ConnectWise PSA API: an API member has no field for an owner; its
--   address and notes are all there is
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- An owner is an address, or notes, which are not read and believed.  An
-- unknown state counts as in use.  A row per person: an address may have been
-- that of two.
WITH gone(address, person, who, left_at) AS (
    SELECT m.address, p.id, coalesce(p.name, p.id), p.left_at
      FROM alias AS m
      JOIN person AS p ON p.id = m.person
     WHERE p.left_at <= :now)
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN g.address IS NULL THEN 'neither an address nor notes'
            ELSE c.owner_email || ' left ' || iso(max(g.left_at))
                || CASE WHEN count(*) OVER (PARTITION BY c.tenant, c.id) > 1
                        THEN ' (' || g.who || ')' ELSE '' END END AS seen,
       'an owner who is here' AS wanted,
       c.owner_email, c.scopes, g.person, max(g.left_at) AS left_at
  FROM credential AS c
  LEFT JOIN gone AS g ON g.address = c.owner_email
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (g.address IS NOT NULL
        OR (c.owner_email IS NULL
            AND coalesce(c.attr ->> '$.has_notes', 0) = 0))
 GROUP BY c.tenant, c.id, g.person;
