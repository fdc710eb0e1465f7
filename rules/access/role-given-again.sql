-- SPDX-License-Identifier: Apache-2.0
-- id: role-given-again
-- revision: 1
-- title: No role or seat that was taken away was given again
-- why: Somebody took it away for a reason. What gives it back by itself is a
--   group, a synchronisation or a colleague who does not know the reason.
-- severity: high
-- per: tenant
-- systems: active-directory, autotask, connectwise-psa, dnsfilter, entra,
--   entra-partner, google, halopsa, ninjaone, okta, onelogin, printix,
--   printix-partner
-- needs: role, moved_role, moved_account
-- param: days 30 "Days for which it is reported"
-- fix: grant-again
-- maps: soc2 CC6.3 direct "Shows roles and seats that were taken away and given
--   again; access follows approval"
-- maps: iso27001 A.5.18 direct "Shows roles and seats that were taken away and
--   given again; access rights stay removed"
-- maps: nis2 11.2 direct "Shows roles and seats that were taken away and given
--   again in the management of access rights"
-- maps: hipaa 164.308(a)(4)(ii)(C) direct "Shows roles and seats that were
--   taken away and given again when access is modified"
-- maps: nist80053 AC-2(3) supporting "Shows roles and seats that were taken
--   away and given again"
-- population:
SELECT tenant, count(*) AS n
  FROM role
 GROUP BY tenant;
-- violations:
-- Gone from a complete listing and listed again for the same account.  When
-- the account itself was gone in between, its return is one finding and not
-- one for each of its roles: account-back.
SELECT r.tenant,
       trim(r.account || ' ' || r.role || ' ' || coalesce(r.scope, ''))
           AS subject,
       r.role || ' of ' || r.account AS name,
       r.role || ' again since ' || iso(max(o.at)) || ', taken away '
           || iso(max(c.at)) AS seen,
       'taken away for good, or given with a ticket' AS wanted,
       r.scope, max(r.privileged) AS privileged, max(r.via) AS via,
       max(c.at) AS old_gone_at
  FROM moved_role AS o
  JOIN role AS r
    ON r.tenant = o.tenant AND r.dataset = o.dataset AND r.key = o.key
   AND r.first_run = o.run
  JOIN moved_role AS c
    ON c.tenant = o.tenant AND c.dataset = o.dataset AND c.key = o.key
   AND c.op = 'close' AND c.run < o.run
 WHERE o.op = 'open'
   AND o.at >= :now - :days * 86400
   AND NOT EXISTS (SELECT 1
                     FROM moved_account AS g
                    WHERE g.tenant = r.tenant AND g.key = r.account
                      AND g.op = 'open' AND g.run = o.run)
 GROUP BY r.tenant, r.account, r.role, r.scope;
