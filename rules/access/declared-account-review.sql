-- SPDX-License-Identifier: Apache-2.0
-- id: declared-account-review
-- revision: 3
-- title: Every declared account has an owner who is here and a review ahead
-- why: Shared mailboxes, fallback administrators and break-glass accounts are
--   exceptions; an exception without an owner and a date is a hole.
-- severity: medium
-- per: customer
-- needs: declared, person, alias
-- fix: declared-review
-- maps: soc2 CC6.2 supporting "Shows declared accounts without an owner or a
--   review, so that only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows declared accounts without an owner
--   or a review in the life of identities"
-- maps: nis2 11.5 supporting "Shows declared accounts without an owner or a
--   review in the life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows declared accounts without
--   an owner or a review for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows declared accounts without an owner
--   or a review, accounts that should be switched off"
-- population:
SELECT customer, count(*) AS n
  FROM declared
 GROUP BY customer;
-- violations:
-- No owner and no date are violations.  A row per person: an address may have
-- been that of two.
WITH gone(address, person, who, left_at) AS (
    SELECT m.address, p.id, coalesce(p.name, p.id), p.left_at
      FROM alias AS m
      JOIN person AS p ON p.id = m.person
     WHERE p.left_at <= :now)
SELECT e.customer,
       e.address AS subject,
       e.address AS name,
       CASE WHEN trim(coalesce(e.owner, '')) = '' THEN 'no owner'
            WHEN g.address IS NOT NULL
            THEN 'owner ' || e.owner || ' left ' || iso(g.left_at)
                || CASE WHEN count(*) OVER (PARTITION BY e.customer,
                             e.address) > 1
                        THEN ' (' || g.who || ')' ELSE '' END
            WHEN coalesce(e.review_by, 0) = 0 THEN 'no review date'
            ELSE 'review was due ' || iso(e.review_by) END AS seen,
       'an owner who is here and a review date ahead' AS wanted,
       e.class, e.owner, e.review_by, e.reason, g.person,
       g.left_at
  FROM declared AS e
  LEFT JOIN gone AS g ON g.address = lower(e.owner)
 WHERE trim(coalesce(e.owner, '')) = ''
    OR g.address IS NOT NULL
    OR coalesce(e.review_by, 0) <= :now;
