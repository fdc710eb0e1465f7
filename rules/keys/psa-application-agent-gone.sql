-- SPDX-License-Identifier: Apache-2.0
-- id: psa-application-agent-gone
-- revision: 2
-- title: No API application of the PSA runs as an agent who is disabled,
--   unknown or gone
-- why: The application goes on in the name of somebody who is not there.
--   Whoever kept its secret still reaches every ticket and client.
-- severity: critical
-- per: fleet
-- systems: halopsa
-- needs: credential[halopsa.applications], account[halopsa.agents],
--   person_link@fleet[halopsa.agents], coverage
-- fix: psa-application-end
-- maps: soc2 CC6.1 supporting "Shows applications of agents who are gone;
--   access is given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows applications of agents who are gone;
--   secrets and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows applications of agents who are gone;
--   keys are managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows applications of agents who are
--   gone; it is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows applications of agents who are gone;
--   authenticators are managed"
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- An unknown state of the application counts as working.  An agent who is in
-- no list is missing only when the list was read completely; an application
-- without an agent is one that no agent is said for, and counts as well.
WITH gone(tenant, account, person, left_at) AS (
    SELECT l.tenant, l.account, l.person, min(l.left_at)
      FROM person_link AS l
     WHERE l.certain = 1 AND l.left_at <= :now
     GROUP BY l.tenant, l.account)
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner IS NULL THEN 'no agent'
            WHEN a.id IS NULL THEN 'agent ' || c.owner || ' is in no list'
            WHEN g.account IS NOT NULL
            THEN 'agent ' || coalesce(a.email, a.id) || ' left '
                 || iso(g.left_at)
            ELSE 'agent ' || coalesce(a.email, a.id) || ' is ' || a.state
            END AS seen,
       'an API-only agent who is looked after, or no application' AS wanted,
       c.owner, a.email, a.state, g.person, g.left_at
  FROM credential AS c
  LEFT JOIN account AS a ON a.tenant = c.tenant AND a.id = c.owner
  LEFT JOIN gone AS g ON g.tenant = c.tenant AND g.account = c.owner
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (a.state IN ('disabled', 'deleted', 'expired')
        OR g.account IS NOT NULL
        OR (a.id IS NULL
            AND NOT EXISTS (SELECT 1
                              FROM coverage AS v
                             WHERE v.tenant = c.tenant
                               AND v.dataset = 'halopsa.agents'
                               AND (v.status <> 'complete'
                                    OR v.stale = 1))));
