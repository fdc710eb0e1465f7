-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-unregistered
-- revision: 1
-- title: Nobody who is in no leaver register, and whom a ticket or directory
--   calls departed, can still sign in
-- why: A leaver whom the register does not know passes through every rule
--   about leavers. A blocked account upstream or an exit ticket is the first
--   sign of him, and an account that works elsewhere is what he can still do.
-- severity: high
-- per: fleet
-- needs: resource@fleet[register.sources], account@fleet
-- fix: register-settle
-- maps: soc2 CC6.2 direct "Shows people gone upstream who can sign in
--   elsewhere, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows people gone upstream who can sign in
--   elsewhere; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows people gone upstream who can sign in
--   elsewhere after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows people gone upstream who can
--   sign in elsewhere; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows people gone upstream who can sign in
--   elsewhere"
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE kind = 'activity';
-- violations:
-- A statement that is only to be looked at makes nobody a leaver; that its
-- person can sign in somewhere is what makes looking urgent.  A ticket whose
-- person nobody could name counts as such a person, since nothing can be said
-- about him.  An account whose state is hidden counts as able to sign in.
-- A day that has not come is no violation.
SELECT s.id AS subject,
       coalesce(s.name, s.owner, s.id) AS name,
       CASE WHEN s.owner IS NULL THEN 'nobody of that name was found'
            ELSE s.owner || ' can sign in to '
                || (SELECT count(DISTINCT a.tenant)
                      FROM account AS a
                     WHERE s.owner IN (a.email, a.login)
                       AND coalesce(a.state, 'unknown')
                           NOT IN ('disabled', 'deleted', 'expired'))
                || ' tenancies' END AS seen,
       'in the register, or not departed' AS wanted,
       s.owner AS email, s.parent AS employer, s.created_at AS left_at
  FROM resource AS s
 WHERE s.kind = 'activity'
   AND coalesce(s.state, 'review') = 'review'
   AND coalesce(s.created_at, 0) <= :now
   AND (s.owner IS NULL
        OR EXISTS (SELECT 1
                     FROM account AS a
                    WHERE s.owner IN (a.email, a.login)
                      AND coalesce(a.state, 'unknown')
                          NOT IN ('disabled', 'deleted', 'expired')));
