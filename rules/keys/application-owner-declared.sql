-- SPDX-License-Identifier: Apache-2.0
-- id: application-owner-declared
-- revision: 2
-- title: Every API application of Printix has a declared owner
-- why: Nobody notices when the person behind an application leaves unless an
--   owner and a date for its review are on record.
-- severity: low
-- per: tenant
-- systems: printix
-- needs: credential[printix-portal.applications], declared
-- fix: application-owner
-- maps: soc2 CC6.1 supporting "Shows API applications without a declared
--   owner, so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows API applications without a declared
--   owner; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows API applications without a declared owner
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows API applications without a declared
--   owner, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows API applications without a declared
--   owner; authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- No owner in the file is a violation.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner_email IS NULL THEN 'no owner'
            ELSE 'owner ' || c.owner_email || ' is not declared' END AS seen,
       'an owner who is declared with a review date' AS wanted,
       c.owner_email, c.created_at, c.attr ->> '$.purpose' AS purpose
  FROM credential AS c
 WHERE NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = lower(c.owner_email));
