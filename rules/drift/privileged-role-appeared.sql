-- SPDX-License-Identifier: Apache-2.0
-- id: privileged-role-appeared
-- revision: 1
-- title: No privileged role was given without a ticket about that person
-- why: Power that nobody asked for in writing is what an intruder takes first,
--   and what a helpful colleague gives and forgets.
-- severity: high
-- per: tenant
-- systems: active-directory, autotask, connectwise-psa, dnsfilter, entra,
--   entra-partner, google, halopsa, ninjaone, okta, onelogin, printix,
--   printix-partner
-- needs: role, moved_role, account, ticket@msp
-- param: days 14 "Days for which a new role is reported"
-- fix: drift-explain
-- maps: soc2 CC6.3 direct "Shows privileged roles that nobody asked for in a
--   ticket; roles are given on approval"
-- maps: iso27001 A.8.2 direct "Shows privileged roles that nobody asked for in
--   a ticket; powerful rights are given on request"
-- maps: nis2 11.3 direct "Shows privileged roles that nobody asked for in a
--   ticket; powerful accounts are managed"
-- maps: nist80053 AC-2(7) direct "Shows privileged roles that nobody asked for
--   in a ticket; privileged accounts are watched"
-- population:
SELECT tenant, count(*) AS n
  FROM role
 WHERE coalesce(privileged, 'unknown') <> 'no'
 GROUP BY tenant;
-- violations:
-- A role that nobody has mapped counts as privileged.  A ticket is about the
-- person when it names his address or his name; one that asks for his exit
-- asks for no role, and one that says nothing of its kind may.  What a first
-- read or a new connector shows did not appear, so it is not in moved_role.
SELECT r.tenant,
       trim(r.account || ' ' || r.role || ' ' || coalesce(r.scope, ''))
           AS subject,
       coalesce(max(a.name), max(a.email), max(a.login), r.account) AS name,
       r.role || ' since ' || iso(max(m.at)) AS seen,
       'a ticket that asks for it' AS wanted,
       max(a.email) AS email, r.scope, max(r.via) AS via, max(m.at) AS at
  FROM moved_role AS m
  JOIN role AS r
    ON r.tenant = m.tenant AND r.dataset = m.dataset AND r.key = m.key
   AND r.first_run = m.run
  LEFT JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
 WHERE m.op = 'open'
   AND m.at >= :now - :days * 86400
   AND coalesce(r.privileged, 'unknown') <> 'no'
   AND NOT EXISTS (SELECT 1
                     FROM ticket AS t
                    WHERE coalesce(t.kind, 'unknown') <> 'exit'
                      AND (t.person = a.email
                           OR instr(lower(t.subject), a.email) > 0
                           OR instr(lower(t.subject), lower(a.name)) > 0))
 GROUP BY r.tenant, r.account, r.role, r.scope;
