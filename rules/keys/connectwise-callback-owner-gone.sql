-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-callback-owner-gone
-- revision: 2
-- title: Every callback of the PSA belongs to a member who is here
-- why: A callback sends every change of tickets, companies or contacts to an
--   address outside, for as long as nobody ends it.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: credential[connectwise-psa.callbacks],
--   account[connectwise-psa.members], person_link[connectwise-psa.members]
-- fix: connectwise-callback
-- maps: soc2 CC6.1 supporting "Shows callbacks whose member is gone, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows callbacks whose member is gone; secrets
--   are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows callbacks whose member is gone in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows callbacks whose member is gone, who
--   or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows callbacks whose member is gone;
--   authenticators are managed"
-- refs: ConnectWise PSA API: a callback names its member; the vendor may list
--   only those of the client ID that asks
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- No member, one that no list shows, an inactive one and one who left are the
-- same: nobody.  A callback in an unknown state counts as sending.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN c.owner IS NULL THEN 'no member'
            WHEN a.id IS NULL THEN 'member ' || c.owner || ' does not exist'
            WHEN l.left_at <= :now
            THEN 'of ' || coalesce(a.name, a.id) || ', who left '
                || iso(max(l.left_at))
            ELSE 'of ' || coalesce(a.name, a.id) || ', who is '
                || a.state END AS seen,
       'a member who is here' AS wanted,
       c.owner, a.login, c.scopes, l.person, max(l.left_at) AS left_at
  FROM credential AS c
  LEFT JOIN account AS a ON a.tenant = c.tenant AND a.id = c.owner
  LEFT JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
   AND l.certain = 1 AND l.left_at <= :now
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (a.id IS NULL OR l.account IS NOT NULL
        OR coalesce(a.state, 'unknown') IN ('disabled', 'deleted',
                                            'expired'))
 GROUP BY c.tenant, c.id;
