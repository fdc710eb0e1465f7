-- SPDX-License-Identifier: Apache-2.0
-- id: group-emptied-tonight
-- revision: 2
-- title: No group was emptied since the last look
-- why: Groups are synchronised every 20 minutes and nested groups not at all:
--   a group that has just become empty may be full again tomorrow. It is
--   pending, not done.
-- severity: info
-- per: tenant
-- systems: printix
-- needs: team[printix.groups]
-- fix: group-confirm
-- maps: soc2 CC6.2 supporting "Shows groups that have just become empty, so
--   that only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows groups that have just become empty
--   in the life of identities"
-- maps: nis2 11.5 supporting "Shows groups that have just become empty in the
--   life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows groups that have just
--   become empty for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows groups that have just become
--   empty, accounts that should be switched off"
-- refs: Printix: only users registered in Printix and groups used somewhere
--   are synchronised, about every 20 minutes
-- population:
SELECT tenant, count(*) AS n
  FROM team
 GROUP BY tenant;
-- violations:
-- A group whose count is not stated cannot be judged and is listed.
SELECT g.tenant,
       g.id AS subject,
       coalesce(g.name, g.id) AS name,
       CASE WHEN g.members IS NULL THEN 'number of members unknown'
            ELSE 'empty since tonight, pending synchronisation' END AS seen,
       'still empty at the next look' AS wanted,
       g.external_id, g.changed_at
  FROM team AS g
 WHERE g.members IS NULL
    OR (g.members = 0 AND g.changed_run > :previous AND g.changed_run > g.first_run);
