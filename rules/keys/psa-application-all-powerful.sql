-- SPDX-License-Identifier: Apache-2.0
-- id: psa-application-all-powerful
-- revision: 1
-- title: No API application of the PSA may do everything, but those that were
--   approved
-- why: One leaked secret of such an application opens all clients, tickets
--   and settings at once.
-- severity: high
-- per: fleet
-- systems: halopsa
-- needs: credential[halopsa.applications]
-- param: approved exitproof "Names of applications, with blanks between, that
--   were approved to hold the scopes all or admin"
-- fix: psa-application-scopes
-- maps: soc2 CC6.3 direct "Shows applications that may do everything;
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows applications that may do everything; few
--   hold powerful rights"
-- maps: nis2 11.3 direct "Shows applications that may do everything;
--   privileged accounts are under control"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows applications that may do
--   everything; access is reviewed"
-- maps: nist80053 AC-2(7) supporting "Shows applications that may do
--   everything; privileged roles are watched"
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- Scopes that are not told count as all of them.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'may ' || coalesce(group_concat(s.value ->> '$.name', ', '),
                          'what is not told') AS seen,
       'the scopes that it needs, or an approval' AS wanted,
       c.owner
  FROM credential AS c
  LEFT JOIN json_each(c.attr, '$.scopes') AS s
    ON s.value ->> '$.name' IN ('all', 'admin')
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (s.value IS NOT NULL OR c.attr ->> '$.scopes' IS NULL)
   AND instr(' ' || :approved || ' ', ' ' || coalesce(c.name, c.id) || ' ')
       = 0
 GROUP BY c.tenant, c.id;
