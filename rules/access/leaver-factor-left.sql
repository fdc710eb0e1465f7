-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-factor-left
-- revision: 2
-- title: No second factor that the directory lists is a leaver's
-- why: A blocked account keeps its telephone, its authenticator and its
--   sessions; whoever switches it on again, or recovers it, signs in with what
--   the leaver still holds.
-- severity: medium
-- per: tenant
-- systems: entra, okta
-- needs: resource[entra.registrations|okta.factors],
--   account[entra.users|okta.users], person_link[entra.users|okta.users]
-- fix: factor-remove
-- maps: soc2 CC6.2 supporting "Shows second factors of departed people, so that
--   credentials are taken away"
-- maps: iso27001 A.5.18 supporting "Shows second factors of departed people;
--   what they sign in with is removed when they leave"
-- maps: nis2 10.3 supporting "Shows second factors that stay after a person
--   left"
-- maps: hipaa 164.308(a)(3)(ii)(C) supporting "Shows second factors of people
--   whose access has to end"
-- maps: nist80053 PS-4 supporting "Shows authenticators of people who left"
-- refs: Microsoft Graph, userRegistrationDetails: blocked users may be missing,
--   so that this rule finds what is listed and does not prove the rest
-- refs: Okta lists factors per user; exitproof asks for administrators'
-- population:
SELECT s.tenant, count(*) AS n
  FROM resource AS s
 GROUP BY s.tenant;
-- violations:
-- Entra says which methods are registered in one line per user, Okta has a line
-- per factor; a state that is not told may be a factor that works.
SELECT s.tenant,
       s.dataset || ' ' || s.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       coalesce(nullif(s.attr ->> '$.methods', ''), s.attr ->> '$.factorType',
                'a factor') || ', left ' || iso(max(l.left_at)) AS seen,
       'removed, sessions revoked' AS wanted,
       a.email, a.state, max(l.person) AS person,
       max(l.left_at) AS left_at
  FROM resource AS s
  JOIN account AS a ON a.tenant = s.tenant AND a.id = s.owner
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND ((s.dataset = 'entra.registrations'
         AND coalesce(s.attr ->> '$.methods', '?') <> '')
        OR (s.dataset = 'okta.factors'
            AND coalesce(s.state, 'unknown') NOT IN ('INACTIVE', 'EXPIRED')))
 GROUP BY s.tenant, s.dataset, s.id;
