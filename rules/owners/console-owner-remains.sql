-- SPDX-License-Identifier: Apache-2.0
-- id: console-owner-remains
-- revision: 1
-- title: Every console of the MSP has an authorised administrator who has not
--   left
-- why: Remote management and PSA hold the access to all customers. When their
--   last administrator leaves, nobody can take back what others hold there.
-- severity: critical
-- per: fleet
-- systems: ninjaone, connectwise-psa, halopsa
-- needs:
--   account@msp[ninjaone.technicians|connectwise-psa.members|halopsa.agents],
--   role@msp[ninjaone.technicians|connectwise-psa.members|halopsa.agents],
--   person_link@msp[ninjaone.technicians|connectwise-psa.members|halopsa.agents],
--   tenancy, coverage, authorised_owner
-- fix: owner-restore
-- maps: soc2 CC6.3 direct "Shows consoles without an authorised
--   administrator, so that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows consoles without an authorised
--   administrator; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows consoles without an authorised administrator
--   among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows consoles without an
--   authorised administrator for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows consoles without an authorised
--   administrator among the holders of privileged roles"
-- refs: Autotask does not tell what a security level may do, so its
--   administrators cannot be told from others
-- population:
SELECT count(DISTINCT a.tenant) AS n
  FROM account AS a
  JOIN tenancy AS y ON y.tenant = a.tenant
 WHERE y.msp = 1;
-- violations:
-- One line per console.  A role of which nobody knows what it may do and an
-- unknown state do not count as an administrator who is there.  Nothing is
-- said about an absence while the list was not read completely, or of a
-- console whose list is empty, which is none that anybody could read.
WITH keeper(tenant) AS (
    SELECT r.tenant
      FROM role AS r
      JOIN account AS a
        ON a.tenant = r.tenant AND a.dataset = r.dataset
       AND a.id = r.account
      JOIN authorised_owner AS o
        ON o.customer = r.customer
       AND lower(o.address) IN (a.email, a.login)
     WHERE r.privileged = 'yes'
       AND (r.role = 'System Administrator'
            OR r.dataset <> 'ninjaone.technicians')
       AND a.state = 'active'
       AND NOT EXISTS (SELECT 1
                         FROM person_link AS l
                        WHERE l.tenant = a.tenant AND l.dataset = a.dataset
                          AND l.account = a.id
                          AND l.certain = 1 AND l.left_at <= :now))
SELECT v.tenant AS subject,
       coalesce(y.name, v.tenant) AS name,
       CASE WHEN NOT EXISTS (SELECT 1
                               FROM authorised_owner AS o
                              WHERE o.customer = y.customer)
            THEN 'no authorised owner is configured'
            ELSE 'no authorised administrator is left' END AS seen,
       'at least one authorised administrator who is here' AS wanted,
       y.system
  FROM coverage AS v
  JOIN tenancy AS y ON y.tenant = v.tenant
 WHERE y.msp = 1
   AND v.dataset IN ('ninjaone.technicians', 'connectwise-psa.members',
                     'halopsa.agents')
   AND v.status = 'complete'
   AND v.stale = 0
   AND EXISTS (SELECT 1 FROM account AS a WHERE a.tenant = v.tenant)
   AND NOT EXISTS (SELECT 1 FROM keeper AS k WHERE k.tenant = v.tenant);
