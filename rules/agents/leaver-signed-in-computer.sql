-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-signed-in-computer
-- revision: 2
-- title: Nobody who left is signed in on a computer with the Printix Client
-- why: A computer on which a leaver is still signed in prints in his name and
--   may never have been returned.
-- severity: high
-- per: tenant
-- systems: printix
-- needs:
--   resource[printix-portal.analytics_workstation_users|printix-portal.extract_workstations],
--   account[printix-portal.analytics_users|printix-portal.extract_users],
--   person_link[printix-portal.analytics_users|printix-portal.extract_users]
-- fix: device-return
-- maps: soc2 CC6.2 direct "Shows people who left and are signed in on a
--   computer, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows people who left and are signed in on a
--   computer; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows people who left and are signed in on a
--   computer after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows people who left and are
--   signed in on a computer; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows people who left and are signed in on a
--   computer of people who left"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'deployment_user'
 GROUP BY tenant;
-- violations:
-- The Analytics export has no times: being listed is being signed in.
SELECT d.tenant,
       d.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'signed in on computer ' || coalesce(d.parent, 'unknown') || ', left '
           || iso(l.left_at) AS seen,
       'signed out, computer returned' AS wanted,
       a.email, d.parent AS computer, l.person, l.left_at, l.how
  FROM resource AS d
  JOIN account AS a ON a.tenant = d.tenant AND a.id = d.owner
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE d.kind = 'deployment_user'
   AND l.certain = 1
   AND l.left_at <= :now;
