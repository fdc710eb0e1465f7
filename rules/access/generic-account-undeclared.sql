-- SPDX-License-Identifier: Apache-2.0
-- id: generic-account-undeclared
-- revision: 3
-- title: Every account that stands for no single person is declared
-- why: Behind admin@, info@ or a kiosk nobody can be asked, and nobody leaves:
--   only a declared owner and a review date keep such an account in hand.
-- severity: medium
-- per: tenant
-- systems: printix, dnsfilter, printix-partner, entra, okta, onelogin,
--   active-directory, google, ninjaone, connectwise-psa, halopsa, autotask
-- needs: account, declared
-- param: generic
--   "^(admin|administrator|info|it|itsupport|support|helpdesk|service|svc[-_.].*|office|kiosk[0-9]*|scan(ner)?|print(er)?|reception|noc[0-9]*|billing|root|test)$"
--   "Local parts of addresses that stand for nobody"
-- fix: declared-add
-- maps: soc2 CC6.2 supporting "Shows shared accounts that nobody has declared,
--   so that only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows shared accounts that nobody has
--   declared in the life of identities"
-- maps: nis2 11.5 supporting "Shows shared accounts that nobody has declared
--   in the life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows shared accounts that
--   nobody has declared for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows shared accounts that nobody has
--   declared, accounts that should be switched off"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- An account without an address is judged by its name, then by its id.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'looks shared: ' || coalesce(a.email, a.login, a.name, a.id)
           || CASE WHEN a.class IN ('kiosk', 'shared', 'service', 'breakglass')
                   THEN ', class ' || a.class ELSE '' END AS seen,
       'declared with owner, review date and reason' AS wanted,
       a.email, a.class
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND (coalesce(a.class, 'unknown')
            IN ('kiosk', 'shared', 'service', 'breakglass')
        OR regexpi(:generic, substr(coalesce(a.email, a.login, a.name, a.id),
               1, instr(coalesce(a.email, a.login, a.name, a.id) || '@', '@')
                      - 1)))
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = coalesce(a.email, a.login));
