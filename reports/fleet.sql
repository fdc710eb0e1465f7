-- SPDX-License-Identifier: Apache-2.0
-- id: fleet
-- title: Fleet
-- per: fleet
--
-- about: The index page of the HTML report.

-- use: summary

-- section: customers
-- title: Customers
-- draw: table
-- empty: No customer is configured.
SELECT c.name AS "Customer", c.customer AS "Id",
       (SELECT sum(status = 'complete' AND NOT stale) || ' of ' || count(*) FROM coverage v WHERE v.customer = c.customer) AS "Datasets complete",
       (SELECT count(*) FROM result_log l WHERE l.customer = c.customer AND l.result = 'UNDECIDED' AND l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run)) AS "Undecided",
       (SELECT count(*) FROM open_finding f WHERE f.customer = c.customer AND NOT f.waived) AS "Findings",
       (SELECT count(*) FROM open_finding f WHERE f.customer = c.customer AND NOT f.waived AND f.severity = 'critical') AS "Critical",
       (SELECT substr(iso(min(f.first_seen)), 1, 10) FROM open_finding f WHERE f.customer = c.customer AND NOT f.waived) AS "Oldest"
  FROM customer c
 ORDER BY 6 DESC, 5 DESC, c.name

-- use: coverage
-- use: systems
-- use: purged
-- use: trend
-- use: undecided

-- section: by-rule
-- title: Findings by rule
-- draw: table
-- about: Each customer's page has them one by one, with evidence and remedy.
-- empty: No open finding. Results that are undecided are counted above.
SELECT f.severity AS "Severity", f.title AS "Rule", f.rule AS "Name",
       count(*) AS "Findings", sum(f.waived) AS "Of them waived",
       count(DISTINCT f.customer) AS "Customers", substr(iso(min(f.first_seen)), 1, 10) AS "Oldest"
  FROM open_finding f
 WHERE (:customer IS NULL OR f.customer = :customer)
 GROUP BY f.rule
 ORDER BY f.rank,
          count(*) DESC, f.rule

-- section: unclaimed
-- title: Findings of tenancies that nobody claims
-- draw: findings
SELECT severity, rule, title, why, remedy, '' AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE f.customer IS NULL AND :customer IS NULL
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject
 LIMIT 1000

-- use: retired
-- use: fixed
-- use: changed
-- use: populations
-- use: results
-- use: run
