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
-- use: purged
-- use: trend
-- use: undecided

-- section: by-rule
-- title: Findings by rule
-- draw: table
-- about: Each customer's page has them one by one, with evidence and remedy.
-- empty: No open finding. Results that are undecided are counted above.
SELECT coalesce(r.severity, f.severity) AS "Severity", coalesce(t.title, f.rule) AS "Rule", f.rule AS "Name",
       count(*) AS "Findings", sum(f.waived) AS "Of them waived",
       count(DISTINCT f.customer) AS "Customers", substr(iso(min(f.first_seen)), 1, 10) AS "Oldest"
  FROM finding f
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed'
   AND (:customer IS NULL OR f.customer = :customer)
 GROUP BY f.rule
 ORDER BY CASE coalesce(r.severity, f.severity) WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
          count(*) DESC, f.rule

-- section: unclaimed
-- title: Findings of tenancies that nobody claims
-- draw: findings
SELECT coalesce(r.severity, f.severity) AS severity, f.rule,
       coalesce(t.title, f.rule) AS title, t.why, t.remedy,
       '' AS customer, f.unit, f.unit_name,
       f.subject, coalesce(f.name, f.subject) AS name, f.seen, f.wanted,
       f.first_seen, coalesce(f.waiver_note, '') AS note
  FROM finding f
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed'
   AND f.customer IS NULL AND :customer IS NULL
 ORDER BY CASE coalesce(r.severity, f.severity) WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
          f.rule, f.unit, name, f.subject
 LIMIT 1000

-- use: retired
-- use: fixed
-- use: changed
-- use: populations
-- use: results
-- use: run
