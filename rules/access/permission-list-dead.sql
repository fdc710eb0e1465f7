-- SPDX-License-Identifier: Apache-2.0
-- id: permission-list-dead
-- revision: 1
-- title: Permission lists name living organisations only
-- why: A list that names organisations which were cancelled or never existed
--   was not looked at when a customer left.
-- severity: low
-- per: fleet
-- systems: dnsfilter
-- needs: account@msp[dnsfilter.users], tenant@msp[dnsfilter.organizations],
--   coverage
-- fix: reach-limit
-- maps: soc2 CC6.3 direct "Shows organisations on permission lists that are
--   gone, so that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows organisations on permission lists that
--   are gone; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows organisations on permission lists that are
--   gone among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows organisations on
--   permission lists that are gone for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows organisations on permission lists that
--   are gone among the holders of privileged roles"
-- population:
SELECT count(*) AS n
  FROM account AS a, json_each(a.attr, '$.organization_permission_ids') AS p
 WHERE p.value IS NOT NULL;
-- violations:
-- An organisation that is in no list proves something only when the list was
-- read completely.  An unknown state counts as living.
SELECT a.tenant || ' ' || a.id || ' ' || p.value AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'organisation ' || p.value || CASE WHEN o.id IS NULL
            THEN ' is in no list' ELSE ' (' || coalesce(o.name, o.id)
                || ') is ' || o.state END AS seen,
       'taken from the list' AS wanted,
       a.email
  FROM account AS a, json_each(a.attr, '$.organization_permission_ids') AS p
  LEFT JOIN tenant AS o
    ON o.of_system = a.system AND o.id = CAST(p.value AS TEXT)
 WHERE p.value IS NOT NULL
   AND CASE WHEN o.id IS NOT NULL THEN o.state IN ('cancelled', 'deleted')
            ELSE NOT EXISTS (SELECT 1
                               FROM coverage AS v
                              WHERE v.dataset = 'dnsfilter.organizations'
                                AND (v.status <> 'complete' OR v.stale = 1))
            END;
