-- SPDX-License-Identifier: Apache-2.0
-- id: psa-application-runs-as-person
-- revision: 1
-- title: Every API application of the PSA runs as an API-only agent
-- why: An application that logs in as a person has his rights, writes in his
--   name, and stops or lives on when he leaves.
-- severity: medium
-- per: fleet
-- systems: halopsa
-- needs: credential[halopsa.applications], account[halopsa.agents]
-- fix: psa-application-agent
-- maps: soc2 CC6.1 supporting "Shows applications that run as a person;
--   access is given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows applications that run as a person;
--   secrets and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows applications that run as a person; keys
--   are managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows applications that run as a person;
--   it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows applications that run as a person;
--   authenticators are managed"
-- refs: HaloPSA guide: an application of the method Services logs in as an
--   agent, and agents can be API-only
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- An agent that the list does not say to be API-only counts as a person; one
-- who is in no list is the matter of psa-application-agent-gone.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'runs as ' || coalesce(a.name, a.email, a.id) AS seen,
       'runs as an API-only agent' AS wanted,
       c.owner, a.email, a.state
  FROM credential AS c
  JOIN account AS a ON a.tenant = c.tenant AND a.id = c.owner
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND coalesce(a.class, 'unknown') <> 'service';
