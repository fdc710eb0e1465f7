-- SPDX-License-Identifier: Apache-2.0
-- id: account-after-exit
-- revision: 2
-- title: Nobody can sign in to a tenancy whose customer has left
-- why: After the exit every account is somebody else's door into data that
--   should be gone.
-- severity: high
-- per: tenant
-- needs: account, customer
-- fix: exit-finish
-- maps: soc2 CC9.2 supporting "Shows accounts that can still sign in after a
--   relation ended"
-- maps: iso27001 A.5.23 direct "Shows accounts that can still sign in; a cloud
--   service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows accounts that can still sign in at the end
--   of a service"
-- maps: csf2 GV.SC-10 direct "Shows accounts that can still sign in after the
--   contract ended"
-- maps: nist80053 SA-9 supporting "Shows accounts that can still sign in in
--   services that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- A hidden state counts as able to sign in.  The few customers that left come
-- first.
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'account ' || coalesce(a.state, 'in unknown state')
           || ', customer left ' || iso(c.exit_at) AS seen,
       'removed, the owner last' AS wanted,
       a.email, a.class, c.exit_ticket
  FROM customer AS c
 CROSS JOIN account AS a ON a.customer = c.customer
 WHERE c.exit_at <= :now
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
