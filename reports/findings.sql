-- SPDX-License-Identifier: Apache-2.0
-- id: findings
-- title: Findings
-- per: fleet
--
-- about: All open findings, for spreadsheets.

-- section: findings
-- title: Findings
-- draw: table
SELECT coalesce(r.severity, f.severity) AS severity, f.rule,
       coalesce(t.title, f.rule) AS title, t.why, t.remedy,
       coalesce(f.customer, '') AS customer, f.unit, f.unit_name,
       f.subject, coalesce(f.name, f.subject) AS name, f.seen, f.wanted,
       f.first_seen,
       trim(CASE WHEN NOT f.rechecked THEN 'not re-checked: the last run could not decide; ' ELSE '' END ||
            CASE WHEN f.times > 1 THEN 'came back, opened ' || f.times || ' times; ' ELSE '' END ||
            coalesce(f.waiver_note, ''), '; ') AS note
  FROM finding f
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed'
   AND NOT f.waived
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY CASE coalesce(r.severity, f.severity) WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
          f.rule, f.unit, name, f.subject
