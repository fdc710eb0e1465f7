-- SPDX-License-Identifier: Apache-2.0
-- id: upstream-gone-downstream-stays
-- revision: 2
-- title: Whoever is gone from the directory is gone from what depends on it
-- why: With synchronised groups a user who is removed upstream vanishes by
--   himself, and one who stays means that the synchronisation is broken.
--   Without them nobody vanishes by himself, and somebody has to remove him.
-- severity: high
-- per: tenant
-- systems: printix
-- needs: account[printix.users],
--   account@customer[entra.users|okta.users|google.users|onelogin.users|active-directory.users|active-directory-export.directory],
--   tenancy, declared, setting[group_sync=on|off|mixed|-email]
-- param: sync_days 1 "Days that a synchronisation may take"
-- fix: downstream-remove
-- maps: soc2 CC6.2 direct "Shows accounts that outlived their directory
--   account, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows accounts that outlived their directory
--   account; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows accounts that outlived their directory
--   account after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows accounts that outlived their
--   directory account; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows accounts that outlived their directory
--   account"
-- refs: Printix manual: with group synchronisation users come and go with the
--   groups of the directory, without it they are added and removed by hand
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
  JOIN tenancy AS y ON y.tenant = a.tenant
 WHERE y.system = 'printix'
   AND coalesce(a.class, 'unknown') NOT IN ('guest', 'kiosk')
 GROUP BY a.tenant;
-- violations:
-- A blocked or deleted account upstream is a fact in each mode.  That there is
-- none at all says something only where everybody comes from the directory
-- (on); in a mixed tenancy the account may have its own password.  An account
-- that is new downstream or has no address is not judged by absence; an
-- unknown state upstream does not count as gone, one downstream as there.
-- Guests and kiosks are nobody of the directory, and neither are declared
-- accounts.  Each account is looked up by its address; only those of whom
-- nobody upstream can sign in are asked for the reason.
WITH mode(tenant, word) AS (
    SELECT y.tenant, s.value
      FROM tenancy AS y
      JOIN setting AS s ON s.tenant = y.tenant AND s.name = 'group_sync'
     WHERE y.system = 'printix'),
suspect(tenant, customer, id, name, email, email_key, created_at, word)
AS MATERIALIZED (
    SELECT a.tenant, a.customer, a.id, a.name, a.email, a.email_key,
           a.created_at, m.word
      FROM mode AS m
     CROSS JOIN account AS a ON a.tenant = m.tenant
     WHERE m.word IN ('on', 'off', 'mixed')
       AND coalesce(a.class, 'unknown') NOT IN ('guest', 'kiosk')
       AND coalesce(a.state, 'unknown')
           NOT IN ('disabled', 'deleted', 'expired')
       AND NOT EXISTS (SELECT 1
                         FROM account AS u
                        WHERE u.email_key = a.email_key
                          AND u.customer = a.customer
                          AND u.system <> 'printix'
                          AND coalesce(u.state, 'unknown')
                              NOT IN ('disabled', 'deleted', 'expired'))
       AND NOT EXISTS (SELECT 1
                         FROM account AS u
                        WHERE u.login_key = a.email_key
                          AND u.customer = a.customer
                          AND u.system <> 'printix'
                          AND coalesce(u.state, 'unknown')
                              NOT IN ('disabled', 'deleted', 'expired'))),
match(tenant, id, since) AS (
    SELECT s.tenant, s.id,
           coalesce(u.attr ->> '$.suspended_at',
                    u.attr ->> '$.status_changed_at',
                    u.attr ->> '$.deletedDateTime', 0)
      FROM suspect AS s
     CROSS JOIN account AS u
        ON u.email_key = s.email_key AND +u.customer = s.customer
     WHERE u.system <> 'printix'
    UNION ALL
    SELECT s.tenant, s.id,
           coalesce(u.attr ->> '$.suspended_at',
                    u.attr ->> '$.status_changed_at',
                    u.attr ->> '$.deletedDateTime', 0)
      FROM suspect AS s
     CROSS JOIN account AS u
        ON u.login_key = s.email_key AND +u.customer = s.customer
     WHERE u.system <> 'printix'),
upstream(tenant, id, since) AS MATERIALIZED (
    SELECT tenant, id, max(since)
      FROM match
     GROUP BY tenant, id)
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       CASE WHEN p.id IS NOT NULL THEN 'blocked or deleted in the directory'
            ELSE 'in no directory of the customer' END
           || ', and listed here (group sync ' || a.word || ')' AS seen,
       CASE WHEN a.word = 'on' THEN 'removed by the synchronisation'
            ELSE 'removed by hand' END AS wanted,
       a.email, a.word AS group_sync, p.since
  FROM suspect AS a
  LEFT JOIN upstream AS p ON p.tenant = a.tenant AND p.id = a.id
 WHERE ((p.id IS NOT NULL AND p.since + :sync_days * 86400 <= :now)
        OR (a.word = 'on' AND p.id IS NULL AND a.email IS NOT NULL
            AND coalesce(a.created_at, 0) + :sync_days * 86400 <= :now))
   AND NOT EXISTS (SELECT 1
                     FROM declared AS d
                    WHERE d.address IN (a.email, a.tenant || '/' || a.id));
