-- SPDX-License-Identifier: Apache-2.0
-- id: parts
-- title: Sections that reports share
-- per: fleet
-- about: A report takes one of these with "-- use: ID" and may give it another title, empty, about or draw.

-- section: summary
-- title: In short
-- draw: cards
SELECT 'Datasets read completely' AS label,
       sum(status = 'complete' AND NOT stale) || ' of ' || count(*) AS value,
       'what the rest means for the results stands below' AS note,
       CASE WHEN count(*) > 0 AND sum(status <> 'complete' OR stale) = 0
            THEN 'good' ELSE 'warn' END AS tone
  FROM coverage WHERE :customer IS NULL OR customer = :customer
UNION ALL
SELECT 'Results undecided', count(*),
       'a rule could not be answered for a unit',
       CASE WHEN count(*) = 0 THEN 'off' ELSE 'warn' END
  FROM result_log
 WHERE result = 'UNDECIDED' AND first_run <= :run AND (end_run IS NULL OR end_run > :run)
   AND (:customer IS NULL OR customer = :customer)
UNION ALL
SELECT 'Findings open', count(*),
       coalesce(sum(f.severity = 'critical'), 0) || ' critical, ' ||
       coalesce(sum(f.severity = 'high'), 0) || ' high',
       CASE WHEN count(*) = 0 THEN 'off' ELSE 'bad' END
  FROM finding f
 WHERE coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed' AND NOT f.waived
   AND (:customer IS NULL OR f.customer = :customer)
UNION ALL
SELECT 'New in this run', count(*),
       coalesce(sum(e.event = 'came_back'), 0) || ' of them came back',
       'info'
  FROM finding_event e JOIN finding f USING (fingerprint)
 WHERE e.run = :run AND e.event IN ('open', 'came_back')
   AND (:customer IS NULL OR f.customer = :customer)
UNION ALL
SELECT 'Fixed in this run', count(*), 'seen to be gone by a complete read', 'info'
  FROM finding_event e JOIN finding f USING (fingerprint)
 WHERE e.run = :run AND e.event = 'fixed'
   AND (:customer IS NULL OR f.customer = :customer)

-- section: coverage
-- title: What could not be read
-- draw: table
-- about: A rule that needs one of these is undecided, not passed.
-- empty: Every expected dataset was read completely and is fresh.
SELECT CASE WHEN status = 'complete' THEN 'stale' ELSE status END AS State,
       coalesce(customer, '(nobody)') AS Customer,
       coalesce((SELECT t.name FROM tenancy t WHERE t.tenant = c.tenant) ||
                ' (' || system || ')', tenant) AS Tenancy,
       group_concat(dataset, ', ') AS Datasets,
       reason AS "What happened", advice AS "What to do"
  FROM (SELECT * FROM coverage WHERE status <> 'complete' OR stale
         ORDER BY dataset) c
 WHERE :customer IS NULL OR customer = :customer
 GROUP BY customer, tenant, State, reason, advice
 ORDER BY customer IS NULL, customer, tenant, Datasets

-- section: systems
-- title: Coverage by system
-- draw: bars
-- empty: No system is configured.
SELECT system AS label, count(*) || '' AS total,
       sum(status = 'complete' AND NOT stale) AS value,
       sum(status = 'complete' AND NOT stale) || ' of ' || count(*) AS note,
       CASE WHEN sum(status <> 'complete' OR stale) = 0 THEN 'good' ELSE 'warn' END AS tone,
       100 * sum(status = 'complete' AND NOT stale) / count(*) AS share
  FROM coverage WHERE :customer IS NULL OR customer = :customer
 GROUP BY system ORDER BY system

-- section: trend
-- title: Open findings by run
-- draw: stack
-- empty: No finding yet.
SELECT c.run AS label, f.severity AS series, count(*) AS value,
       CASE f.severity WHEN 'critical' THEN 'bad' WHEN 'high' THEN 'bad' WHEN 'medium' THEN 'warn' ELSE 'info' END AS tone
  FROM (SELECT run FROM check_run WHERE run <= :run ORDER BY run DESC LIMIT 30) c
  JOIN finding f ON f.first_run <= c.run AND NOT f.waived
 WHERE coalesce((SELECT e.event FROM finding_event e
                  WHERE e.fingerprint = f.fingerprint AND e.run <= c.run
                    AND e.event IN ('open', 'came_back', 'fixed')
                  ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed'
   AND (:customer IS NULL OR f.customer = :customer)
 GROUP BY c.run, f.severity
 ORDER BY c.run, CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END

-- section: undecided
-- title: What could not be decided
-- draw: table
-- about: Each result stays open until what it needs was read completely.
SELECT count(*) AS Results, group_concat(DISTINCT l.rule) AS Rules,
       coalesce(l.customer, '(nobody)') AS Customer,
       l.reason AS Because, l.advice AS "What to do"
  FROM (SELECT * FROM result_log ORDER BY rule) l
 WHERE l.result = 'UNDECIDED' AND l.first_run <= :run
   AND (l.end_run IS NULL OR l.end_run > :run)
   AND (:customer IS NULL OR l.customer = :customer)
 GROUP BY l.customer, l.reason, l.advice
 ORDER BY l.customer IS NULL, l.customer, count(*) DESC, l.reason
 LIMIT 200

-- section: findings
-- title: Findings
-- draw: findings
-- empty: No open finding. Results that are undecided are counted above.
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

-- section: waived
-- title: Waived
-- draw: findings
-- about: Still checked every night; accepted until the date given.
SELECT coalesce(r.severity, f.severity) AS severity, f.rule,
       coalesce(t.title, f.rule) AS title, t.why, t.remedy,
       coalesce(f.customer, '') AS customer, f.unit, f.unit_name,
       f.subject, coalesce(f.name, f.subject) AS name, f.seen, f.wanted,
       f.first_seen,
       'waived until ' || substr(iso(f.waiver_until), 1, 10) || ' by ' || f.waiver_approver || ': ' || f.waiver_reason AS note
  FROM finding f
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE coalesce((SELECT e.event FROM finding_event e
                WHERE e.fingerprint = f.fingerprint AND e.run <= :run
                  AND e.event IN ('open', 'came_back', 'fixed')
                ORDER BY e.run DESC, e.at DESC LIMIT 1), 'fixed') <> 'fixed'
   AND f.waived
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY CASE coalesce(r.severity, f.severity) WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
          f.rule, f.unit, name, f.subject

-- section: fixed
-- title: Fixed in this run
-- draw: table
SELECT substr(iso(e.at), 1, 10) AS Fixed, f.severity AS Severity,
       coalesce(t.title, f.rule) AS Rule, f.unit_name AS "Where",
       coalesce(f.name, f.subject) AS Which,
       (e.at - f.first_seen) / 86400 || ' days' AS "Was open"
  FROM finding_event e JOIN finding f USING (fingerprint)
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE e.run = :run AND e.event = 'fixed'
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY f.rule, Which

-- section: changed
-- title: What changed since the run before
-- draw: table
-- empty: Nothing changed in what was read completely in both runs.
WITH seen(kind, tenant, dataset, key, name) AS (
  SELECT 'account', tenant, dataset, key, coalesce(email, login, name) FROM account
  UNION ALL SELECT 'agent', tenant, dataset, key, name FROM agent
  UNION ALL SELECT 'credential', tenant, dataset, key, name FROM credential
  UNION ALL SELECT 'tenant', tenant, dataset, key, name FROM tenant
  UNION ALL SELECT 'role', tenant, dataset, key, role FROM role
  UNION ALL SELECT 'subscription', tenant, dataset, key, product FROM subscription)
SELECT coalesce(m.customer, '(nobody)') AS Customer, m.tenant AS Tenancy,
       m.kind || CASE m.op WHEN 'open' THEN ' appeared' WHEN 'close' THEN ' is gone'
                           ELSE ' changed' END AS What,
       coalesce(s.name, json_extract(m.old, '$.email'), json_extract(m.old, '$.name'),
                replace(m.key, char(31), ' / ')) AS Which
  FROM moved m
  LEFT JOIN seen s ON s.kind = m.kind AND s.tenant = m.tenant
                  AND s.dataset = m.dataset AND s.key = m.key
 WHERE m.run = :run AND m.kind <> 'resource'
   AND (:customer IS NULL OR m.customer = :customer)
 ORDER BY m.customer, m.tenant, What, Which
 LIMIT 300

-- section: populations
-- title: Populations
-- draw: table
-- about: Counts of what is known; datasets above that were not read completely may hold more.
SELECT * FROM (
SELECT 'accounts' AS "What", count(*) AS "Count", coalesce(sum(state = 'active'), 0) || ' active' AS "Of which" FROM account WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'privileged roles', count(*), count(DISTINCT account) || ' accounts' FROM role WHERE privileged <> 'no' AND (:customer IS NULL OR customer = :customer)
UNION ALL SELECT 'keys and credentials', count(*), coalesce(sum(expires_at < (SELECT started_at FROM run WHERE id = :run)), 0) || ' past their expiry' FROM credential WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'agents', count(*), coalesce(sum(state = 'active'), 0) || ' active by their state word' FROM agent WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'subscriptions', count(*), coalesce(sum(seats_bought), 0) || ' seats bought' FROM subscription WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'sites, queues, networks, policies', count(*), '' FROM resource WHERE :customer IS NULL OR customer = :customer)

-- section: results
-- title: Results by rule
-- draw: table
-- about: Only PASS is good news: EMPTY found nothing to examine, UNDECIDED could not look.
SELECT coalesce(t.title, l.rule) AS Rule, r.severity AS Severity,
       sum(l.result = 'FAIL') AS "FAIL", sum(l.result = 'UNDECIDED') AS "UNDECIDED",
       sum(l.result = 'PASS') AS "PASS", sum(l.result = 'WAIVED') AS "WAIVED",
       sum(l.result = 'EMPTY') AS "EMPTY", sum(l.result = 'NOT-APPLICABLE') AS "NOT-APPLICABLE",
       sum(l.population) AS Examined
  FROM result_log l
  JOIN rule_run r ON r.run = :run AND r.rule = l.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run)
   AND (:customer IS NULL OR l.customer = :customer)
 GROUP BY l.rule
 ORDER BY r.severity = 'critical' DESC, r.severity = 'high' DESC, r.severity = 'medium' DESC, Rule

-- section: run
-- title: Run record
-- draw: facts
SELECT 'Run' AS name, id || ' (' || kind || ', ' || state || ')' AS value FROM run WHERE id = :run
UNION ALL SELECT 'Started', iso(started_at) FROM run WHERE id = :run
UNION ALL SELECT 'Program', program || ' on ' || host FROM run WHERE id = :run
UNION ALL SELECT 'Libraries', 'SQLite ' || sqlite || ', ' || curl FROM run WHERE id = :run
UNION ALL SELECT 'Configuration', 'SHA-256 ' || config_sha256 FROM run WHERE id = :run
UNION ALL SELECT 'Rules', rules || ' rules over ' || units || ' tenancies, SHA-256 ' || rules_sha256 FROM check_run WHERE run = :run
UNION ALL SELECT 'Rules switched off or broken', rule || ': ' || coalesce(reason, state) FROM rule_run WHERE run = :run AND state <> 'checked'
UNION ALL SELECT 'Note', text FROM check_note WHERE run = :run AND kind LIKE 'waiver%'
