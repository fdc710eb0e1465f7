-- SPDX-License-Identifier: Apache-2.0
-- id: exit-ticket
-- title: Exit check
-- per: customer
--
-- about: What is left of people and customers who left, for a ticket.

-- use: coverage

-- section: leavers
-- title: Who left
-- draw: table
-- empty: Nobody is known to have left in the last 90 days.
SELECT coalesce(p.name, p.id) AS "Who", substr(iso(p.left_at), 1, 10) AS "Left", p.source AS "Says",
       (SELECT count(DISTINCT l.tenant || ' ' || l.account) FROM person_link l
          JOIN account a ON a.tenant = l.tenant AND a.id = l.account
         WHERE l.person = p.id AND l.certain AND a.state = 'active') AS "Active accounts",
       (SELECT count(*) FROM person_link l WHERE l.person = p.id AND NOT l.certain) AS "To be looked at"
  FROM person p
 WHERE p.left_at <= (SELECT started_at FROM run WHERE id = :run) AND p.left_at > (SELECT started_at FROM run WHERE id = :run) - 90 * 86400
   AND (:customer IS NULL OR p.employer = :customer)
UNION ALL
SELECT 'the customer ' || c.name, substr(iso(c.exit_at), 1, 10), coalesce('ticket ' || c.exit_ticket, ''), NULL, NULL
  FROM customer c WHERE c.exit_at IS NOT NULL AND (:customer IS NULL OR c.customer = :customer)
 ORDER BY 2 DESC, 1

-- section: left
-- title: What is left, and in which order to remove it
-- draw: findings
-- empty: Nothing in what was read. What could not be read stands above.
SELECT severity, rule, title, why, remedy, coalesce(customer, '') AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE NOT f.waived AND (:customer IS NULL OR f.customer = :customer)
   AND ((SELECT p.left_at FROM finding_leave p WHERE p.fingerprint = f.fingerprint) IS NOT NULL OR json_extract(f.evidence, '$.exit_ticket') IS NOT NULL
        OR f.rule LIKE '%leaver%' OR f.rule LIKE '%after-exit%' OR f.rule LIKE '%departed%')
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject

-- use: revoke-due
-- use: undecided
-- use: run
