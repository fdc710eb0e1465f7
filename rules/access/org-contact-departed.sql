-- SPDX-License-Identifier: Apache-2.0
-- id: org-contact-departed
-- revision: 2
-- title: The contacts of an organisation are people who are here
-- why: The vendor writes to the contact about bills, faults and breaches, and
--   believes what he answers.
-- severity: medium
-- per: tenant
-- systems: okta
-- needs: resource[okta.contacts], account[okta.users okta.users_deactivated],
--   person_link[okta.users okta.users_deactivated], coverage
-- fix: org-contact-replace
-- maps: soc2 CC6.2 direct "Shows contacts who left; so that only known people
--   keep access"
-- maps: iso27001 A.5.18 direct "Shows contacts who left; access rights are
--   removed when people leave"
-- maps: nis2 10.3 supporting "Shows contacts who left; after people left or
--   changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows contacts who left; access
--   ends with the job"
-- maps: nist80053 PS-4 direct "Shows contacts who left; after people left"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 GROUP BY tenant;
-- violations:
-- Blocked, gone from both lists (said only when these were read to their
-- end), or a person who left; no contact at all is one too few.
SELECT s.tenant,
       s.id AS subject,
       max(coalesce(s.name, s.id)) AS name,
       max(CASE WHEN s.owner IS NULL THEN 'nobody'
                WHEN a.id IS NULL THEN s.owner || ' is in no list of users'
                WHEN l.left_at <= :now THEN coalesce(a.email, a.id)
                    || ' left ' || iso(l.left_at)
                ELSE coalesce(a.email, a.id) || ' is ' || a.state END) AS seen,
       'somebody who is here' AS wanted,
       s.owner, max(l.person) AS person,
       max(CASE WHEN l.left_at <= :now THEN l.left_at END) AS left_at
  FROM resource AS s
  LEFT JOIN account AS a ON a.tenant = s.tenant AND a.id = s.owner
  LEFT JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
   AND l.certain = 1
 WHERE s.owner IS NULL
    OR a.state IN ('disabled', 'deleted', 'expired')
    OR l.left_at <= :now
    OR (a.id IS NULL
        AND NOT EXISTS (SELECT 1
                          FROM coverage AS v
                         WHERE v.tenant = s.tenant
                           AND v.dataset IN ('okta.users',
                                             'okta.users_deactivated')
                           AND (v.status <> 'complete' OR v.stale = 1)))
 GROUP BY s.tenant, s.id;
