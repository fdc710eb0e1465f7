-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-group-member
-- revision: 1
-- title: No departed person is a member of a group of the directory
-- why: Groups open printers, sites, applications and shared data. An account
--   that is only blocked has all of it again the moment somebody lets it in,
--   and what synchronises with the group never learns that the person left.
-- severity: medium
-- per: tenant
-- systems: entra, okta, google, onelogin, active-directory
-- needs: membership, team, account, person_link
-- param: grace_days 7 "Days after the leave date before a membership counts"
-- fix: group-leaver-remove
-- maps: soc2 CC6.2 direct "Shows groups that departed people are members of,
--   so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows groups that departed people are members
--   of; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows groups that departed people are members
--   of after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows groups that departed people
--   are members of; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows groups that departed people are members
--   of"
-- population:
SELECT tenant, count(*) AS n
  FROM membership
 GROUP BY tenant;
-- violations:
-- One line per account, with the groups.  A membership through another group
-- counts too, and a group without a name is named by its id.  Whoever was
-- deleted for good is in no listing; one in the bin has its groups back when
-- restored.  Being blocked is no end of a membership.
SELECT a.tenant,
       a.id AS subject,
       max(coalesce(a.name, a.email, a.login, a.id)) AS name,
       'left ' || substr(iso(max(l.left_at)), 1, 10) || ', member of '
           || count(DISTINCT m.team) || ' groups: '
           || substr(group_concat(DISTINCT coalesce(t.name, m.team)), 1, 300)
           AS seen,
       'member of no group' AS wanted,
       max(a.email) AS email, max(a.state) AS state, max(l.person) AS person,
       max(l.left_at) AS left_at, max(l.how) AS how
  FROM membership AS m
  JOIN account AS a ON a.tenant = m.tenant AND a.id = m.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
  LEFT JOIN team AS t ON t.tenant = m.tenant AND t.id = m.team
 WHERE l.certain = 1
   AND l.left_at + :grace_days * 86400 <= :now
 GROUP BY a.tenant, a.id;
