-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-administrators-number
-- revision: 1
-- title: The RMM has more than one System Administrator, and few
-- why: With one administrator a holiday is an outage; with many, each is a
--   way into the computers of all customers.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians],
--   person_link@fleet[ninjaone.technicians]
-- param: minimum 2 "System Administrators there have to be"
-- param: maximum 5 "System Administrators there may be"
-- fix: rmm-administrators
-- maps: soc2 CC6.3 direct "Shows how many can administer the RMM; access
--   follows role and need"
-- maps: iso27001 A.8.2 direct "Shows how many can administer the RMM; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows how many can administer the RMM; privileged
--   accounts are under control"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows how many can administer
--   the RMM; access is reviewed and changed"
-- maps: nist80053 AC-2(7) direct "Shows how many can administer the RMM;
--   holders of privileged roles are tracked"
-- population:
SELECT count(DISTINCT tenant) AS n
  FROM account;
-- violations:
-- Whoever has left is not counted on.  A right that is not told counts as
-- missing where too few are counted, and as held where too many are.
WITH counted(tenant, sure, possible) AS (
    SELECT a.tenant,
           sum(coalesce(a.attr ->> '$.administrator', 0) = 1
               AND NOT EXISTS (SELECT 1
                                 FROM person_link AS l
                                WHERE l.tenant = a.tenant
                                  AND l.dataset = a.dataset
                                  AND l.account = a.id
                                  AND l.certain = 1
                                  AND l.left_at <= :now)),
           sum(coalesce(a.attr ->> '$.administrator', 1) = 1)
      FROM account AS a
     WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
     GROUP BY a.tenant)
SELECT tenant AS subject,
       tenant AS name,
       sure || ' who are here, ' || possible || ' accounts in all' AS seen,
       'from ' || :minimum || ' to ' || :maximum AS wanted
  FROM counted
 WHERE sure < :minimum
    OR possible > :maximum;
