-- SPDX-License-Identifier: Apache-2.0
-- id: tenant-created-by-leaver
-- revision: 3
-- title: No tenancy is on record as made by somebody who left
-- why: The vendor writes to whoever made the tenancy: about its bill, its end,
--   its deletion.
-- severity: low
-- per: tenant
-- systems: printix
-- needs: subscription[printix-portal.subscriptions], person, alias
-- fix: creator-replace
-- maps: soc2 CC6.7 direct "Shows notices about a tenancy that go to people who
--   left, information that leaves for the wrong place"
-- maps: iso27001 A.6.5 supporting "Shows notices about a tenancy that go to
--   people who left after somebody left"
-- maps: nis2 10.3 supporting "Shows notices about a tenancy that go to people
--   who left after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) supporting "Shows notices about a tenancy
--   that go to people who left; access to information ends with the job"
-- maps: nist80053 PS-4 supporting "Shows notices about a tenancy that go to
--   people who left of people who left"
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 GROUP BY tenant;
-- violations:
-- No creator on record is listed: nobody knows who is written to.  A row per
-- person: an address may have been that of two.
WITH gone(address, person, who, left_at) AS (
    SELECT m.address, p.id, coalesce(p.name, p.id), p.left_at
      FROM alias AS m
      JOIN person AS p ON p.id = m.person
     WHERE p.left_at <= :now)
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.product, s.id) AS name,
       CASE WHEN g.address IS NULL THEN 'no creator on record'
            ELSE 'made by ' || g.address || ', left ' || iso(g.left_at)
                || CASE WHEN count(*) OVER (PARTITION BY s.tenant, s.id) > 1
                        THEN ' (' || g.who || ')' ELSE '' END END AS seen,
       'a contact who is here' AS wanted,
       g.person, g.left_at
  FROM subscription AS s
  LEFT JOIN gone AS g
    ON g.address = lower(s.attr ->> '$.created_by_email')
 WHERE g.address IS NOT NULL
    OR trim(coalesce(s.attr ->> '$.created_by_email', '')) = '';
