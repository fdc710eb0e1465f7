-- SPDX-License-Identifier: Apache-2.0
-- id: psa-application-unused
-- revision: 1
-- title: Every API application of the PSA that is switched on is used
-- why: An application that nothing uses is a door that nobody watches.
-- severity: low
-- per: fleet
-- systems: halopsa
-- needs: credential[halopsa.applications], resource[halopsa.applications]
-- param: days 90 "Days without a new token after which an application counts
--   as unused"
-- fix: psa-application-end
-- maps: soc2 CC6.1 supporting "Shows applications that are not used; access
--   is given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows applications that are not used; secrets
--   and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows applications that are not used; keys are
--   managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows applications that are not used; it
--   is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows applications that are not used;
--   authenticators are managed"
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- No token at all, or one without a date, is no use.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       coalesce('last token of ' || iso(max(t.created_at)),
                'no token') AS seen,
       'used within ' || :days || ' days, or ended' AS wanted,
       c.owner
  FROM credential AS c
  LEFT JOIN resource AS t
    ON t.tenant = c.tenant AND t.kind = 'activity' AND t.parent = c.id
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
 GROUP BY c.tenant, c.id
HAVING coalesce(max(t.created_at), 0) < :now - :days * 86400;
