-- SPDX-License-Identifier: Apache-2.0
-- id: account-back
-- revision: 1
-- title: No account that was gone or switched off is back
-- why: A synchronisation or a sign-in brings back what was removed in one
--   place only. Whoever was let go can sign in again, and the closed ticket
--   says otherwise.
-- severity: high
-- per: tenant
-- systems: active-directory, autotask, connectwise-psa, dnsfilter, entra,
--   entra-partner, google, halopsa, ninjaone, okta, onelogin, printix,
--   printix-partner
-- needs: account, moved_account
-- param: days 30 "Days for which a return is reported"
-- fix: account-return
-- maps: soc2 CC6.2 direct "Shows accounts that are back after they were removed
--   or switched off; access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows accounts that are back after they were
--   removed or switched off; access rights stay removed"
-- maps: nis2 10.3 supporting "Shows accounts that are back after they were
--   removed or switched off when a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows accounts that are back after
--   they were removed or switched off; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows accounts that are back after they were
--   removed or switched off"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- Under the same id: gone from a complete listing and listed again, or
-- switched off and on again.  A state that is hidden counts as on.  Under a
-- new id it is account-returned.  What only a new connector shows again is in
-- no history.
WITH back(tenant, dataset, key, run, since, gone, how) AS (
    SELECT o.tenant, o.dataset, o.key, o.run, o.at, max(c.at), 'gone'
      FROM moved_account AS o
      JOIN moved_account AS c
        ON c.tenant = o.tenant AND c.dataset = o.dataset AND c.key = o.key
       AND c.op = 'close' AND c.run < o.run
     WHERE o.op = 'open' AND o.at >= :now - :days * 86400
     GROUP BY o.tenant, o.dataset, o.key, o.run
    UNION ALL
    SELECT o.tenant, o.dataset, o.key, o.run, o.at,
           (SELECT max(c.at)
              FROM moved_account AS c
             WHERE c.tenant = o.tenant AND c.dataset = o.dataset
               AND c.key = o.key AND c.op = 'change' AND c.run < o.run
               AND c.old ->> '$.state' IN ('active', 'invited', 'unknown')),
           'switched off'
      FROM moved_account AS o
     WHERE o.op = 'change' AND o.at >= :now - :days * 86400
       AND o.old ->> '$.state' IN ('disabled', 'deleted', 'expired'))
SELECT a.tenant,
       a.dataset || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'back since ' || iso(b.since) || ', ' || b.how || ' '
           || coalesce(iso(b.gone), 'before it was first read') AS seen,
       'removed where it comes from' AS wanted,
       a.email, a.state, max(b.run) AS back_run, b.gone AS old_gone_at
  FROM back AS b
  JOIN account AS a
    ON a.tenant = b.tenant AND a.dataset = b.dataset AND a.key = b.key
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY a.tenant, a.dataset, a.id;
