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
       (SELECT count(*) FROM finding f WHERE f.customer = c.customer AND NOT f.waived AND coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed') AS "Findings",
       (SELECT count(*) FROM finding f WHERE f.customer = c.customer AND NOT f.waived AND f.severity = 'critical' AND coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed') AS "Critical",
       (SELECT substr(iso(min(f.first_seen)), 1, 10) FROM finding f WHERE f.customer = c.customer AND NOT f.waived AND coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed') AS "Oldest"
  FROM customer c
 ORDER BY 6 DESC, 5 DESC, c.name

-- use: coverage
-- use: systems
-- use: trend
-- use: undecided
-- use: findings
-- use: retired
-- use: waived
-- use: fixed
-- use: changed
-- use: populations
-- use: results
-- use: run
