-- SPDX-License-Identifier: Apache-2.0
-- id: application-owner-departed
-- revision: 1
-- title: No departed person owns an application
-- why: An owner can add a secret of his own to the application and act
--   as it long after his account is gone.
-- severity: high
-- per: tenant
-- systems: entra
-- needs: resource[entra.applications],
--   membership[entra.application_owners], account[entra.users],
--   person_link[entra.users]
-- fix: application-owner-name
-- maps: soc2 CC6.2 direct "Shows applications of departed people; so
--   that only known people keep access"
-- maps: iso27001 A.5.18 direct "Shows applications of departed people;
--   so that rights are removed in time"
-- maps: nis2 10.3 supporting "Shows applications of departed people;
--   after a person left"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows applications of
--   departed people; access ends with the job"
-- maps: nist80053 PS-4 direct "Shows applications of departed people;
--   after people left"
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 GROUP BY r.tenant;
-- violations:
-- A blocked owner is one all the same: he comes back with the account.
SELECT r.tenant,
       r.id || ' ' || a.id AS subject,
       coalesce(r.name, r.id) AS name,
       'owned by ' || coalesce(a.name, a.email, a.login, a.id) || ', left '
           || iso(l.left_at) AS seen,
       'an owner who is here' AS wanted,
       a.email, a.state, l.person, l.left_at, l.how
  FROM resource AS r
  JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.id
  JOIN account AS a ON a.tenant = m.tenant AND a.id = m.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now;
