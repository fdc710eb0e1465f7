-- SPDX-License-Identifier: Apache-2.0
-- id: role-holder-unknown
-- revision: 1
-- title: Every administrator role is held by a user or a group of the customer
-- why: A service account of some cloud project can hold an administrator role;
--   it is in no list of users, and nobody offboards it.
-- severity: high
-- per: tenant
-- systems: google
-- needs: role[google.role_assignments], account[google.users],
--   team[google.groups], coverage
-- param: known " " "Ids of service accounts that may hold a role, with blanks
--   between"
-- fix: role-holder-explain
-- maps: soc2 CC6.1 supporting "Shows administrator roles whose holder is in no
--   list, so that access is given to who is known"
-- maps: iso27001 A.8.2 direct "Shows administrator roles whose holder is in no
--   list; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows administrator roles whose holder is in no list
--   among privileged accounts"
-- maps: nist80053 AC-6(5) direct "Shows administrator roles whose holder is in
--   no list among privileged accounts"
-- refs: Admin SDK Directory API: a role may be assigned to the unique id of a
--   service account
-- population:
SELECT tenant, count(*) AS n
  FROM role
 GROUP BY tenant;
-- violations:
-- Who is in no list is unknown only when the lists were read completely.
SELECT r.tenant,
       r.account || ' ' || r.role || ' ' || coalesce(r.scope, '') AS subject,
       r.account AS name,
       'holds ' || r.role || ' and is in no list' AS seen,
       'a user or group, or a service account under known' AS wanted,
       r.via, json_extract(r.attr, '$.roleAssignmentId') AS assignment
  FROM role AS r
 WHERE instr(' ' || :known || ' ', ' ' || r.account || ' ') = 0
   AND NOT EXISTS (SELECT 1
                     FROM account AS a
                    WHERE a.tenant = r.tenant AND a.id = r.account)
   AND NOT EXISTS (SELECT 1
                     FROM team AS t
                    WHERE t.tenant = r.tenant AND t.id = r.account)
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = r.tenant
                      AND v.dataset IN ('google.users', 'google.groups')
                      AND (v.status <> 'complete' OR v.stale = 1));
