-- SPDX-License-Identifier: Apache-2.0
-- id: mfa-removed
-- revision: 1
-- title: Nobody lost a second factor
-- why: Taking the factor away is how a stolen password is made useful, and
--   what a call to the service desk asks for.
-- severity: high
-- per: tenant
-- systems: connectwise-psa, dnsfilter, google, halopsa, ninjaone
-- needs: account, moved_account
-- param: days 30 "Days for which a lost factor is reported"
-- fix: mfa-enable
-- maps: soc2 CC6.1 direct "Shows accounts whose second factor was taken away;
--   access is protected by more than a password"
-- maps: iso27001 A.5.17 supporting "Shows accounts whose second factor was
--   taken away, how sign-ins are protected"
-- maps: nis2 11.3 supporting "Shows accounts whose second factor was taken
--   away, also among administration accounts"
-- maps: hipaa 164.312(d) direct "Shows accounts whose second factor was taken
--   away; who signs in is verified"
-- maps: nist80053 IA-5 supporting "Shows accounts whose second factor was taken
--   away; authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- It was yes and is something else: a factor that is hidden from us now counts
-- as lost until it is seen again.  An account that cannot sign in needs none;
-- one whose state is hidden can.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'second factor is ' || coalesce(a.mfa, 'not told')
           || ', was there until ' || iso(max(m.at)) AS seen,
       'set up again, or a ticket that says why not' AS wanted,
       a.email, a.state, max(m.at) AS at
  FROM moved_account AS m
  JOIN account AS a
    ON a.tenant = m.tenant AND a.dataset = m.dataset AND a.key = m.key
 WHERE m.op = 'change'
   AND m.at >= :now - :days * 86400
   AND m.old ->> '$.mfa' = 'yes'
   AND coalesce(a.mfa, 'unknown') <> 'yes'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY a.tenant, a.dataset, a.id;
