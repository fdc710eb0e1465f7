-- SPDX-License-Identifier: Apache-2.0
-- id: psa-application-token-left
-- revision: 1
-- title: No API application of the PSA that is switched off has a token that
--   is still good
-- why: Who holds such a token may go on until it ends, which for some is a
--   year.
-- severity: high
-- per: fleet
-- systems: halopsa
-- needs: credential[halopsa.applications], resource[halopsa.applications]
-- fix: psa-application-tokens
-- maps: soc2 CC6.1 supporting "Shows tokens that outlive their application;
--   access is given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows tokens that outlive their application;
--   secrets and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows tokens that outlive their application;
--   keys are managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows tokens that outlive their
--   application; it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows tokens that outlive their application;
--   authenticators are managed"
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE c.state IN ('revoked', 'disabled', 'expired');
-- violations:
-- A token without an end never ends, and an unknown state is a good one.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       count(*) || ' good tokens' AS seen,
       'no good token' AS wanted,
       max(t.attr ->> '$.expires_at') AS good_until, c.owner
  FROM credential AS c
  JOIN resource AS t
    ON t.tenant = c.tenant AND t.kind = 'activity' AND t.parent = c.id
 WHERE c.state IN ('revoked', 'disabled', 'expired')
   AND lower(coalesce(t.state, 'valid')) = 'valid'
   AND coalesce(t.attr ->> '$.expires_at', :now + 1) > :now
 GROUP BY c.tenant, c.id;
