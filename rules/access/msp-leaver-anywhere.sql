-- SPDX-License-Identifier: Apache-2.0
-- id: msp-leaver-anywhere
-- revision: 3
-- title: No technician who left is an account of any tenancy
-- why: A technician had access to many customers at once. Only a look at all
--   of them, and at the partner portals, shows that nothing is left.
-- severity: critical
-- per: fleet
-- needs: account@fleet, person_link@fleet, person, customer
-- fix: technician-remove
-- maps: soc2 CC6.2 direct "Shows every tenancy in which a departed technician
--   is left, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows every tenancy in which a departed
--   technician is left; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows every tenancy in which a departed
--   technician is left after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows every tenancy in which a
--   departed technician is left; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows every tenancy in which a departed
--   technician is left of people who left"
-- population:
SELECT count(*) AS n
  FROM person AS p
  JOIN customer AS c ON c.customer = p.employer
 WHERE c.msp = 1 AND p.left_at <= :now;
-- violations:
-- One line per person.  An account whose state is hidden counts as able to
-- sign in.
SELECT l.person AS subject,
       max(coalesce(p.name, p.id)) AS name,
       count(DISTINCT a.tenant) || ' tenancies: '
           || substr(group_concat(DISTINCT a.tenant_name || ' ('
                  || a.system || ')'), 1, 400) AS seen,
       'gone from every tenancy and partner portal' AS wanted,
       l.person, max(l.left_at) AS left_at,
       count(*) AS accounts
  FROM account AS a
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
  JOIN person AS p ON p.id = l.person
  JOIN customer AS c ON c.customer = p.employer
 WHERE c.msp = 1
   AND l.certain = 1
   AND l.left_at <= :now
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY l.person;
