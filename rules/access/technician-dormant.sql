-- SPDX-License-Identifier: Apache-2.0
-- id: technician-dormant
-- revision: 2
-- title: Every technician has signed in to the RMM lately
-- why: An account on the tool that reaches every customer, and that nobody
--   uses, is one that nobody misses when it is taken over.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians], resource[ninjaone.logins], declared
-- param: days 90 "Days without a sign-in after which a technician is dormant"
-- fix: rmm-technician-review
-- maps: soc2 CC6.3 direct "Shows technicians who do not sign in; access
--   follows role and need"
-- maps: iso27001 A.8.2 direct "Shows technicians who do not sign in; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows technicians who do not sign in; privileged
--   accounts are under control"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows technicians who do not
--   sign in; access is reviewed and changed"
-- maps: nist80053 AC-2(7) direct "Shows technicians who do not sign in;
--   holders of privileged roles are tracked"
-- refs: NinjaOne API: no call tells the last sign-in of a user;
--   APP_USER_LOGGED_IN activities do, for as long as they are kept
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- NinjaOne names no last sign-in; it is the newest activity that is kept.
-- Whoever has none counts as dormant: how far activities reach back is shown.
WITH last(tenant, owner, at) AS (
    SELECT tenant, owner, max(created_at)
      FROM resource
     GROUP BY tenant, owner),
reach(tenant, since) AS (
    SELECT tenant, min(created_at)
      FROM resource
     GROUP BY tenant)
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       CASE WHEN l.at IS NULL
            THEN 'no sign-in known, activities reach back to '
                 || coalesce(iso(h.since), 'no time at all')
            ELSE 'last signed in ' || iso(l.at) END AS seen,
       'signed in within ' || :days || ' days, or disabled' AS wanted,
       a.email, a.attr ->> '$.administrator' AS administrator,
       a.attr ->> '$.permitAllClients' AS all_organizations, l.at
  FROM account AS a
  LEFT JOIN last AS l ON l.tenant = a.tenant AND l.owner = a.id
  LEFT JOIN reach AS h ON h.tenant = a.tenant
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(l.at, 0) < :now - :days * 86400
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = lower(a.email)
                      AND e.class IN ('breakglass', 'service'));
