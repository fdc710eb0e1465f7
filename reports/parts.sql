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
  FROM open_finding f
 WHERE NOT f.waived
   AND (:customer IS NULL OR f.customer = :customer)
UNION ALL
SELECT 'New in this run', count(*),
       coalesce(sum(e.event = 'came_back'), 0) || ' of them came back',
       'info'
  FROM finding f CROSS JOIN finding_event e USING (fingerprint)
 WHERE e.run = :run AND e.event IN ('open', 'came_back')
   AND (:customer IS NULL OR f.customer = :customer)
UNION ALL
SELECT 'Fixed in this run', coalesce(sum(CASE e.event WHEN 'fixed' THEN 1 ELSE -1 END), 0),
       'seen to be gone by a complete read' ||
       CASE WHEN sum(e.event = 'withdrawn') > 0
            THEN '; ' || sum(e.event = 'withdrawn') || ' more ended without: the leave date moved or is gone' ELSE '' END, 'info'
  FROM finding f CROSS JOIN finding_event e USING (fingerprint)
 WHERE e.run = :run AND e.event IN ('fixed', 'withdrawn')
   AND (:customer IS NULL OR f.customer = :customer)

-- section: coverage
-- title: What could not be read
-- draw: table
-- about: A rule that needs one of these is undecided, not passed.
-- empty: Every expected dataset was read completely and is fresh.
SELECT CASE WHEN status = 'complete' THEN 'stale' ELSE status END AS State,
       coalesce((SELECT t.name FROM tenancy t WHERE t.tenant = c.tenant) ||
                ' (' || system || ')', tenant) ||
       CASE WHEN customer IS NULL THEN ', nobody''s' ELSE '' END AS Tenancy,
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

-- section: purged
-- title: Nights that are gone
-- draw: table
-- about: What these runs read was deleted. Charts and counts over time begin after them; nothing before was looked at.
SELECT first_run || ' to ' || last_run AS "Runs", substr(iso(first_at), 1, 10) AS "From", substr(iso(last_at), 1, 10) AS "To",
       substr(iso(purged_at), 1, 10) AS "Purged", by_user AS "By", reason AS "Why"
  FROM purged ORDER BY first_run

-- section: trend
-- title: Open findings by run
-- draw: stack
-- empty: No finding yet.
SELECT (SELECT substr(iso(started_at), 6, 5) FROM run WHERE id = c.run) AS label, f.severity AS series, count(*) AS value,
       CASE f.severity WHEN 'critical' THEN 'bad' WHEN 'high' THEN 'bad' WHEN 'medium' THEN 'warn' ELSE 'info' END AS tone
  FROM (SELECT run FROM check_run WHERE run <= :run AND run > (SELECT coalesce(max(last_run), 0) FROM purged)
         ORDER BY run DESC LIMIT 30) c
  JOIN open_span f ON f.first_run <= c.run AND (f.end_run IS NULL OR f.end_run > c.run) AND NOT f.waived
 WHERE (:customer IS NULL OR f.customer = :customer)
 GROUP BY c.run, f.severity
 ORDER BY c.run, CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END

-- section: undecided
-- title: What could not be decided
-- draw: table
-- about: Each result stays open until what it needs was read completely.
SELECT count(*) AS Results, l.reason AS Because, l.advice AS "What to do",
       replace(group_concat(DISTINCT l.rule), ',', ', ') AS Rules
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
SELECT severity, rule, title, why, remedy, coalesce(customer, '') AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE NOT f.waived
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject

-- section: retired
-- title: Tenancies that are not read any more
-- draw: table
-- about: Somebody said so. What was open there stays open; a run that sees one of them again takes it back.
-- empty: None.
SELECT name AS Tenancy, tenant AS Id, substr(iso(retired_at), 1, 10) AS Since,
       by_user AS "Who said so", reason AS Reason
  FROM retired
 WHERE :customer IS NULL OR customer = :customer
 ORDER BY tenant

-- section: waived
-- title: Waived
-- draw: findings
-- about: Still checked every night; accepted until the date given.
SELECT severity, rule, title, why, remedy, coalesce(customer, '') AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE f.waived
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject

-- section: fixed
-- title: Ended in this run
-- draw: table
-- about: Withdrawn is what no complete read has seen to be gone: the leave date moved, or no register has it any more.
SELECT CASE WHEN EXISTS (SELECT 1 FROM finding_event w WHERE w.fingerprint = e.fingerprint AND w.run = e.run AND w.event = 'withdrawn')
            THEN 'withdrawn' ELSE 'fixed' END AS "How",
       substr(iso(e.at), 1, 10) AS "When", f.severity AS Severity,
       coalesce(t.title, f.rule) AS Rule, f.unit_name AS "Where",
       coalesce(f.name, f.subject) AS Which,
       counted((e.at - f.first_seen) / 86400, 'day') AS "Was open"
  FROM finding f CROSS JOIN finding_event e USING (fingerprint)
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE e.run = :run AND e.event = 'fixed'
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY f.rule, Which

-- section: changed
-- title: What changed since the run before
-- draw: table
-- empty: Nothing changed in what was read completely in both runs.
SELECT coalesce(m.customer, '(nobody)') AS Customer, m.tenant AS Tenancy,
       m.kind || CASE m.op WHEN 'open' THEN ' appeared' WHEN 'close' THEN ' is gone'
                           ELSE ' changed' END AS What,
       coalesce(CASE m.kind
           WHEN 'account' THEN (SELECT coalesce(s.email, s.login, s.name) FROM account s
                                 WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key)
           WHEN 'agent' THEN (SELECT s.name FROM agent s
                               WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key)
           WHEN 'credential' THEN (SELECT s.name FROM credential s
                                    WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key)
           WHEN 'tenant' THEN (SELECT s.name FROM tenant s
                                WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key)
           WHEN 'role' THEN (SELECT s.role FROM role s
                              WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key)
           WHEN 'subscription' THEN (SELECT s.product FROM subscription s
                                      WHERE s.tenant = m.tenant AND s.dataset = m.dataset AND s.key = m.key) END,
                json_extract(m.old, '$.email'), json_extract(m.old, '$.name'),
                replace(m.key, char(31), ' / ')) AS Which
  FROM changed m
 WHERE m.kind <> 'resource'
   AND (:customer IS NULL OR m.customer = :customer)
 ORDER BY m.customer, m.tenant, What, Which
 LIMIT 300

-- section: populations
-- title: Populations
-- draw: table
-- about: Counts of what is known; datasets above that were not read completely may hold more.
SELECT * FROM (
SELECT 'accounts' AS "What", count(*) AS "Count", coalesce(sum(state = 'active'), 0) || ' active' AS "Of which" FROM account WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'privileged roles', count(*), counted(count(DISTINCT account), 'account') FROM role WHERE privileged <> 'no' AND (:customer IS NULL OR customer = :customer)
UNION ALL SELECT 'keys and credentials', count(*), coalesce(sum(expires_at < (SELECT started_at FROM run WHERE id = :run)), 0) || ' past their expiry' FROM credential WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'agents', count(*), coalesce(sum(state = 'active'), 0) || ' active by their state word' FROM agent WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'subscriptions', count(*), coalesce(sum(seats_bought), 0) || ' seats bought' FROM subscription WHERE :customer IS NULL OR customer = :customer
UNION ALL SELECT 'sites, queues, networks, policies', count(*), '' FROM resource WHERE :customer IS NULL OR customer = :customer)

-- section: results
-- title: Results by rule
-- draw: table
-- about: Only PASS is good news: EMPTY found nothing to examine, UNDECIDED could not look.
SELECT coalesce(t.title, l.rule) AS Rule,
       CASE WHEN sum(l.result = 'FAIL') > 0 THEN 'FAIL'
            WHEN sum(l.result = 'UNDECIDED') > 0 THEN 'UNDECIDED'
            WHEN sum(l.result = 'WAIVED') > 0 THEN 'WAIVED'
            WHEN sum(l.result = 'PASS') > 0 THEN 'PASS'
            WHEN sum(l.result = 'EMPTY') > 0 THEN 'EMPTY' ELSE 'NOT-APPLICABLE' END AS "Worst",
       rtrim(CASE WHEN sum(l.result = 'FAIL') > 0 THEN sum(l.result = 'FAIL') || ' FAIL, ' ELSE '' END ||
             CASE WHEN sum(l.result = 'UNDECIDED') > 0 THEN sum(l.result = 'UNDECIDED') || ' UNDECIDED, ' ELSE '' END ||
             CASE WHEN sum(l.result = 'WAIVED') > 0 THEN sum(l.result = 'WAIVED') || ' WAIVED, ' ELSE '' END ||
             CASE WHEN sum(l.result = 'PASS') > 0 THEN sum(l.result = 'PASS') || ' PASS, ' ELSE '' END ||
             CASE WHEN sum(l.result = 'EMPTY') > 0 THEN sum(l.result = 'EMPTY') || ' EMPTY, ' ELSE '' END ||
             CASE WHEN sum(l.result = 'NOT-APPLICABLE') > 0 THEN sum(l.result = 'NOT-APPLICABLE') || ' NOT-APPLICABLE' ELSE '' END,
             ', ') AS "Units",
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
UNION ALL SELECT 'Rules', counted(rules, 'rule') || ' over ' || counted(units, 'tenancy') || ', SHA-256 ' || rules_sha256 FROM check_run WHERE run = :run
UNION ALL SELECT 'Rules switched off or broken', rule || ': ' || coalesce(reason, state) FROM rule_run WHERE run = :run AND state <> 'checked'
UNION ALL SELECT 'People', note FROM link_note
UNION ALL SELECT 'Note', text FROM check_note WHERE run = :run AND kind LIKE 'waiver%'

-- section: not-covered
-- title: Not covered
-- draw: table
-- about: Nothing below this table says anything about these.
-- empty: Every expected dataset of every known tenancy was read completely and is fresh, every rule ran, and none lacked a list.
SELECT system AS System, coalesce((SELECT t.name FROM tenancy t WHERE t.tenant = c.tenant), tenant) AS Tenancy,
       coalesce(customer, '(nobody)') AS Customer,
       counted(count(*), 'dataset') || ': ' || group_concat(dataset, ', ') AS "What",
       CASE WHEN status = 'complete' THEN 'stale' ELSE status END AS State,
       reason AS Why, advice AS "What would change it"
  FROM (SELECT * FROM coverage WHERE status <> 'complete' OR stale ORDER BY dataset) c
 WHERE (:customer IS NULL OR customer = :customer)
 GROUP BY system, tenant, State, reason, advice
UNION ALL
SELECT t.system, coalesce(t.name, t.tenant), coalesce(t.customer, '(nobody)'),
       'the whole tenancy', 'missing', 'it is known, and no connection reads it',
       'Connect it, or declare that it is not yours'
  FROM tenancy t
 WHERE NOT EXISTS (SELECT 1 FROM coverage c WHERE c.tenant = t.tenant)
   AND (:customer IS NULL OR t.customer = :customer)
UNION ALL
SELECT coalesce(t.system, ''), coalesce(t.name, r.unit_name, r.unit), coalesce(r.customer, '(nobody)'),
       counted(count(*), 'rule') || ': ' || group_concat(r.rule, ', '), 'not provided', r.reason, r.advice
  FROM (SELECT * FROM result_log
         WHERE result = 'UNDECIDED' AND instr(reason, 'nothing configured provides ') = 1
           AND first_run <= :run AND (end_run IS NULL OR end_run > :run)
         ORDER BY rule) r
  LEFT JOIN tenancy t ON t.tenant = r.unit
 WHERE (:customer IS NULL OR r.customer = :customer)
 GROUP BY r.unit, r.reason, r.advice
UNION ALL
SELECT '', '', '', 'rule ' || rule, 'skipped', coalesce(reason, state), ''
  FROM rule_run WHERE run = :run AND state <> 'checked'
 ORDER BY 1, 2, 4

-- section: nights
-- title: Coverage by night
-- draw: stack
-- about: Datasets of each run: read completely, and not.
-- empty: No run yet.
SELECT substr(iso(r.started_at), 6, 5) AS label,
       CASE WHEN v.status = 'complete' THEN 'complete' ELSE 'not complete' END AS series,
       count(*) AS value,
       CASE WHEN v.status = 'complete' THEN 'good' ELSE 'warn' END AS tone
  FROM main.tenancy t
 CROSS JOIN dataset d ON d.tenancy = t.id
 CROSS JOIN (SELECT run FROM check_run WHERE run <= :run AND run > (SELECT coalesce(max(last_run), 0) FROM purged)
              ORDER BY run DESC LIMIT 30) c
 CROSS JOIN main.coverage v ON v.dataset = d.id AND v.run = c.run
  JOIN run r ON r.id = c.run
 WHERE (:customer IS NULL OR t.customer = :customer)
 GROUP BY r.id, series
 ORDER BY r.id, series

-- section: age
-- title: Open findings by age
-- draw: stack
-- empty: No open finding in what was read.
SELECT CASE WHEN days <= 7 THEN '0-7 days' WHEN days <= 30 THEN '8-30 days'
            WHEN days <= 90 THEN '31-90 days' ELSE 'over 90 days' END AS label,
       severity AS series, count(*) AS value,
       CASE severity WHEN 'critical' THEN 'bad' WHEN 'high' THEN 'bad' WHEN 'medium' THEN 'warn' ELSE 'info' END AS tone
  FROM (SELECT f.severity, ((SELECT started_at FROM run WHERE id = :run) - f.first_seen) / 86400 AS days FROM open_finding f
         WHERE NOT f.waived AND (:customer IS NULL OR f.customer = :customer))
 GROUP BY label, severity
 ORDER BY min(days > 7) + min(days > 30) + min(days > 90),
          CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END

-- section: revoked
-- title: Time to revoke, by verdict
-- draw: stack
-- about: From the leave date to the first read that no longer showed the access, against the limit that the configuration sets for the customer. Between two reads: the limit lies between the last read that showed it and the first that did not. Nobody revoked what ended because a leave date moved or a register forgot the person; it is counted apart.
-- empty: No access of a leaver was seen to be gone in the last 90 days.
WITH gone AS (
  SELECT p.left_at, f.last_seen, e.at,
         EXISTS (SELECT 1 FROM finding_event w WHERE w.fingerprint = e.fingerprint AND w.run = e.run AND w.event = 'withdrawn') AS withdrawn,
         coalesce((SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = f.customer),
                  (SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = '')) AS hours
    FROM finding f CROSS JOIN finding_event e USING (fingerprint) JOIN finding_leave p USING (fingerprint)
   WHERE e.event = 'fixed' AND e.run <= :run AND e.at > (SELECT started_at FROM run WHERE id = :run) - 90 * 86400
     AND e.run > (SELECT coalesce(max(last_run), 0) FROM purged)
     AND p.left_at IS NOT NULL AND p.person
     AND (:customer IS NULL OR f.customer = :customer)),
judged AS (
  SELECT CASE WHEN withdrawn THEN 'withdrawn: no leave, limit '
              WHEN at - left_at <= hours * 3600 THEN 'within '
              WHEN last_seen < at AND last_seen - left_at > hours * 3600 THEN 'later than ' ELSE 'between two reads, limit ' END ||
         CASE WHEN hours % 24 = 0 AND hours >= 48 THEN (hours / 24) || ' days' ELSE counted(hours, 'hour') END AS label,
         CASE WHEN withdrawn THEN 'off'
              WHEN at - left_at <= hours * 3600 THEN 'good'
              WHEN last_seen < at AND last_seen - left_at > hours * 3600 THEN 'bad' ELSE 'warn' END AS tone,
         CASE WHEN withdrawn THEN 'withdrawn' ELSE 'revoked' END AS series
    FROM gone)
SELECT label, series, count(*) AS value, tone
  FROM judged GROUP BY label, series, tone ORDER BY series, tone DESC, label

-- section: revoked-list
-- title: Access of leavers that went in the last 90 days
-- draw: table
SELECT coalesce(f.name, f.subject) AS "Who or what", coalesce(f.unit_name, f.unit) AS "Where",
       coalesce(t.title, f.rule) AS "Rule",
       iso(p.left_at) AS "Left",
       CASE WHEN f.last_seen < e.at THEN iso(f.last_seen) ELSE '(not kept: it came back since)' END AS "Last seen there", iso(e.at) AS "Seen gone",
       CASE WHEN EXISTS (SELECT 1 FROM finding_event w WHERE w.fingerprint = e.fingerprint AND w.run = e.run AND w.event = 'withdrawn')
            THEN 'not revoked: the leave date moved, or no register has it any more' ELSE
       counted(max(0, (e.at - p.left_at) / 3600), 'hour') END AS "At most",
       counted(coalesce((SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = f.customer),
                        (SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = '')), 'hour') AS "Limit"
  FROM finding f CROSS JOIN finding_event e USING (fingerprint) JOIN finding_leave p USING (fingerprint)
  LEFT JOIN rule_run r ON r.run = :run AND r.rule = f.rule
  LEFT JOIN rule_text t ON t.sha256 = r.sha256
 WHERE e.event = 'fixed' AND e.run <= :run AND e.at > (SELECT started_at FROM run WHERE id = :run) - 90 * 86400
   AND e.run > (SELECT coalesce(max(last_run), 0) FROM purged)
   AND p.left_at IS NOT NULL AND p.person
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY e.at DESC, 1, 2
 LIMIT 300

-- section: revoke-due
-- title: Access of leavers that is still there, against the limit
-- draw: table
-- about: The limit is that of the configuration, counted from the leave date. What could not be read may hold more.
-- empty: None in what was read.
SELECT name AS "Who or what", coalesce(unit_name, unit) AS "Where", title AS "Rule", iso(left_at) AS "Left",
       counted(hours, 'hour') AS "Limit", iso(left_at + hours * 3600) AS "Due",
       CASE WHEN now > left_at + hours * 3600
            THEN 'late by ' || counted((now - left_at - hours * 3600) / 3600, 'hour')
            ELSE counted((left_at + hours * 3600 - now) / 3600, 'hour') || ' left' END ||
       CASE WHEN rechecked THEN '' ELSE ', not re-checked' END AS "State"
  FROM (SELECT f.*, p.left_at,
               (SELECT started_at FROM run WHERE id = :run) AS now,
               coalesce((SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = f.customer),
                        (SELECT l.revoke_hours FROM customer_limit l WHERE l.customer = '')) AS hours
          FROM open_finding f JOIN finding_leave p USING (fingerprint)
         WHERE p.left_at IS NOT NULL AND NOT f.waived
           AND (:customer IS NULL OR f.customer = :customer))
 ORDER BY left_at + hours * 3600, 1, 2, 3
 LIMIT 300

-- section: seats
-- title: Seats bought, used and held by leavers
-- draw: bars
-- about: Used as the vendor counts it. Held by leavers: active accounts of the tenancy that belong for certain to somebody who left.
-- empty: No subscription with seats was read.
SELECT coalesce(s.product, s.id) || ', ' || coalesce(s.tenant_name, s.tenant) AS label,
       CASE WHEN s.seats_bought > 0 THEN 100 * coalesce(s.seats_used, 0) / s.seats_bought ELSE 0 END AS share,
       coalesce(s.seats_used || '', '?') || ' of ' || s.seats_bought || ' used, ' ||
       (SELECT count(DISTINCT l.account) FROM person_link l JOIN account a ON a.tenant = l.tenant AND a.id = l.account
         WHERE l.tenant = s.tenant AND l.certain AND l.left_at <= (SELECT started_at FROM run WHERE id = :run) AND a.state = 'active') ||
       ' held by leavers' AS note,
       CASE WHEN s.seats_used > s.seats_bought THEN 'bad' WHEN s.seats_used * 2 < s.seats_bought THEN 'warn' ELSE 'info' END AS tone
  FROM subscription s
 WHERE s.seats_bought > 0 AND (:customer IS NULL OR s.customer = :customer)
 ORDER BY s.tenant, s.product, s.id
 LIMIT 100

-- section: billed-by
-- title: Billed after the exit, by system
-- draw: bars
-- about: Open findings about what is billed for who or what is gone.
SELECT system AS label, 100 * n / max(n) OVER () AS share,
       n || ', the oldest since ' || since AS note, 'bad' AS tone
  FROM (SELECT coalesce((SELECT t.system FROM tenancy t WHERE t.tenant = f.unit), f.unit) AS system, count(*) AS n,
               substr(iso(min(f.first_seen)), 1, 10) AS since
          FROM open_finding f
         WHERE f.rule IN ('billed-after-exit', 'psa-billed-after-exit', 'resold-after-exit', 'blocked-user-licensed',
                          'connectwise-agreement-after-exit', 'rmm-licence-renews-after-exit')
           AND (:customer IS NULL OR f.customer = :customer)
         GROUP BY 1)
 ORDER BY n DESC, system

-- section: billed
-- title: Billed after the exit
-- draw: table
-- about: The first hundred by place; the findings have all of them.
-- empty: Nothing in what was read.
SELECT coalesce(f.unit_name, f.unit) AS "Where", coalesce(f.name, f.subject) AS "What",
       f.seen AS "Seen", substr(iso(f.first_seen), 1, 10) AS "Since"
  FROM open_finding f
 WHERE f.rule IN ('billed-after-exit', 'psa-billed-after-exit', 'resold-after-exit', 'blocked-user-licensed',
                  'connectwise-agreement-after-exit', 'rmm-licence-renews-after-exit')
   AND (:customer IS NULL OR f.customer = :customer)
 ORDER BY 1, 2, 3
 LIMIT 100

-- section: baseline
-- title: What differs from the baseline
-- draw: table
-- about: Against values that somebody accepted; of the newest run only.
-- empty: Nothing differs, or nobody has accepted a value.
SELECT CASE WHEN b.unread IS NOT NULL THEN 'UNDECIDED' ELSE 'FAIL' END AS "Result",
       coalesce(t.name, b.tenant) AS "Tenancy", b.what AS "What", b.accepted AS "Accepted",
       CASE WHEN b.unread IS NOT NULL THEN '(' || b.unread || ')' ELSE b.seen END AS "Seen",
       b.approver || ', ' || substr(iso(b.approved_at), 1, 10) AS "Accepted by"
  FROM baseline_seen b LEFT JOIN tenancy t ON t.tenant = b.tenant
 WHERE (b.unread IS NOT NULL OR NOT coalesce(b.same, 0))
   AND :run = (SELECT max(run) FROM check_run)
   AND (:customer IS NULL OR t.customer = :customer)
 ORDER BY b.tenant, b.what

-- section: quarter
-- title: What changed in 90 days
-- draw: table
-- about: Only what two complete reads show; the tables above say what was not read.
-- empty: Nothing changed in what was read completely.
SELECT What, Came, Went, Changed FROM (
SELECT 'findings' AS What, sum(e.event IN ('open', 'came_back')) AS Came, sum(e.event = 'fixed') AS Went, NULL AS Changed
  FROM finding f CROSS JOIN finding_event e USING (fingerprint)
 WHERE e.run <= :run AND e.run > (SELECT coalesce(max(last_run), 0) FROM purged) AND e.at > (SELECT started_at FROM run WHERE id = :run) - 90 * 86400 AND (:customer IS NULL OR f.customer = :customer)
HAVING count(*) > 0
UNION ALL
SELECT CASE kind WHEN 'membership' THEN 'memberships' ELSE kind || 's' END, sum(came), sum(went), sum(changed)
  FROM changed_quarter
 WHERE :customer IS NULL OR customer = :customer
 GROUP BY kind)
 ORDER BY What

-- section: controls
-- title: Controls and what is known about them
-- draw: table
-- about: PASS needs a rule that evidences the control directly, everything it reads read, and no violation. Controls that are not listed are not covered by any rule.
-- empty: No rule of this run maps to this framework, so nothing is evidenced.
SELECT control AS "Control", max(title) AS "In our words",
       CASE WHEN sum(result = 'FAIL') > 0 THEN 'FAIL'
            WHEN sum(result = 'UNDECIDED') > 0 THEN 'UNDECIDED'
            WHEN sum(result = 'WAIVED') > 0 THEN 'WAIVED'
            WHEN sum(result = 'PASS' AND direct) > 0 THEN 'PASS'
            WHEN sum(result = 'PASS') > 0 THEN 'supporting only'
            ELSE 'EMPTY' END AS "Result",
       count(DISTINCT CASE WHEN direct THEN rule END) AS "Direct rules",
       count(DISTINCT CASE WHEN NOT direct THEN rule END) AS "Supporting",
       sum(result = 'FAIL') AS "FAIL", sum(result = 'UNDECIDED') AS "UNDECIDED",
       sum(result = 'WAIVED') AS "WAIVED", sum(result = 'PASS') AS "PASS",
       sum(population) AS "Examined", sum(violations) AS "Exceptions"
  FROM (SELECT l.rule, l.result, l.population, l.violations,
               json_extract(j.value, '$.control') AS control,
               coalesce(json_extract(j.value, '$.title'), '') AS title,
               json_extract(j.value, '$.relation') = 'direct' AS direct
          FROM result_log l
          JOIN rule_run r ON r.run = :run AND r.rule = l.rule
          JOIN rule_text t ON t.sha256 = r.sha256, json_each(t.maps) j
         WHERE json_extract(j.value, '$.framework') = :framework
           AND l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run) AND (:customer IS NULL OR l.customer = :customer))
 GROUP BY control ORDER BY control

-- section: bearing
-- title: Rules that bear on each control
-- draw: table
-- empty: None.
SELECT json_extract(j.value, '$.control') AS "Control", json_extract(j.value, '$.relation') AS "Relation",
       l.rule AS "Rule", json_extract(j.value, '$.sentence') AS "What it shows",
       sum(l.population) AS "Examined", sum(l.violations) AS "Exceptions",
       sum(l.result = 'FAIL') AS "FAIL", sum(l.result = 'UNDECIDED') AS "UNDECIDED",
       sum(l.result = 'PASS') AS "PASS"
  FROM result_log l
  JOIN rule_run r ON r.run = :run AND r.rule = l.rule
  JOIN rule_text t ON t.sha256 = r.sha256, json_each(t.maps) j
 WHERE json_extract(j.value, '$.framework') = :framework
   AND l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run) AND (:customer IS NULL OR l.customer = :customer)
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

-- section: exceptions
-- title: Exceptions
-- draw: findings
-- empty: None in what was read. What could not be decided stands below.
SELECT severity, rule, title, why, remedy, coalesce(customer, '') AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE NOT f.waived AND (:customer IS NULL OR f.customer = :customer)
   AND EXISTS (SELECT 1 FROM json_each(f.maps) j WHERE json_extract(j.value, '$.framework') = :framework)
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject

-- section: waivers
-- title: Exceptions that somebody accepted
-- draw: findings
-- about: With who, why and until when; still checked every night.
-- empty: No waiver.
SELECT severity, rule, title, why, remedy, coalesce(customer, '') AS customer,
       unit, unit_name, subject, name, seen, wanted, first_seen, note
  FROM open_finding f
 WHERE f.waived AND (:customer IS NULL OR f.customer = :customer)
   AND EXISTS (SELECT 1 FROM json_each(f.maps) j WHERE json_extract(j.value, '$.framework') = :framework)
 ORDER BY f.rank,
          f.rule, f.unit, name, f.subject

-- section: undecided-controls
-- title: Results that could not be decided
-- draw: table
-- empty: Every result was decided.
SELECT count(DISTINCT l.rule || ' ' || l.unit) AS Results, l.reason AS Because, l.advice AS "What to do",
       replace(group_concat(DISTINCT l.rule), ',', ', ') AS Rules,
       replace(group_concat(DISTINCT json_extract(j.value, '$.control')), ',', ', ') AS Controls
  FROM (SELECT * FROM result_log ORDER BY rule) l
  JOIN rule_run r ON r.run = :run AND r.rule = l.rule
  JOIN rule_text t ON t.sha256 = r.sha256, json_each(t.maps) j
 WHERE json_extract(j.value, '$.framework') = :framework AND l.result = 'UNDECIDED'
   AND l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run) AND (:customer IS NULL OR l.customer = :customer)
 GROUP BY l.reason, l.advice
 ORDER BY count(*) DESC, l.reason

-- section: sample-rule
-- title: How the samples were drawn
-- draw: facts
SELECT 'Seed' AS name, :seed AS value
UNION ALL SELECT 'Size', :sample || ' of each population, or all when it is smaller'
UNION ALL SELECT 'Order', 'by SHA-256 of the seed, a line feed, and "tenancy key"; printf ''%s\n%s'' SEED ''TENANCY KEY'' | sha256sum gives the place of any record'

-- section: sample-accounts
-- title: Sample of accounts
-- draw: table
-- empty: No account was read.
SELECT a.tenant AS "Tenancy", a.key AS "Key", a.name AS "Name", a.email AS "Address", a.state AS "State",
       a.class AS "Class", a.mfa AS "Second factor", iso(a.last_seen_at) AS "Last seen",
       (SELECT count(*) FROM account p WHERE (:customer IS NULL OR p.customer = :customer)) AS "Population"
  FROM account a WHERE (:customer IS NULL OR a.customer = :customer)
 ORDER BY sha256(:seed || char(10) || a.tenant || ' ' || a.key), a.tenant, a.key LIMIT :sample

-- section: sample-privileged
-- title: Sample of privileged roles
-- draw: table
-- empty: No privileged role was read.
SELECT a.tenant AS "Tenancy", replace(a.key, char(31), ' / ') AS "Key", a.role AS "Role", a.account AS "Account",
       a.privileged AS "Privileged", a.via AS "Via",
       (SELECT count(*) FROM role p WHERE p.privileged <> 'no' AND (:customer IS NULL OR p.customer = :customer)) AS "Population"
  FROM role a WHERE a.privileged <> 'no' AND (:customer IS NULL OR a.customer = :customer)
 ORDER BY sha256(:seed || char(10) || a.tenant || ' ' || replace(a.key, char(31), ' / ')), a.tenant, a.key LIMIT :sample

-- section: sample-credentials
-- title: Sample of keys and credentials
-- draw: table
-- empty: No credential was read.
SELECT a.tenant AS "Tenancy", a.key AS "Key", a.kind AS "Kind", a.name AS "Name", a.owner_email AS "Owner",
       a.state AS "State", iso(a.expires_at) AS "Expires", iso(a.last_used_at) AS "Last used",
       (SELECT count(*) FROM credential p WHERE (:customer IS NULL OR p.customer = :customer)) AS "Population"
  FROM credential a WHERE (:customer IS NULL OR a.customer = :customer)
 ORDER BY sha256(:seed || char(10) || a.tenant || ' ' || a.key), a.tenant, a.key LIMIT :sample

-- section: sample-leavers
-- title: Sample of leavers
-- draw: table
-- empty: Nobody is known to have left.
SELECT a.tenant AS "Register", a.key AS "Key", a.name AS "Name", iso(a.left_at) AS "Left", a.source AS "Source",
       (SELECT count(*) FROM person_link l JOIN account c ON c.tenant = l.tenant AND c.id = l.account
         WHERE l.person = a.id AND l.certain AND c.state = 'active') AS "Active accounts",
       (SELECT count(*) FROM person p WHERE p.left_at <= (SELECT started_at FROM run WHERE id = :run) AND (:customer IS NULL OR p.employer = :customer)) AS "Population"
  FROM person a WHERE a.left_at <= (SELECT started_at FROM run WHERE id = :run) AND (:customer IS NULL OR a.employer = :customer)
 ORDER BY sha256(:seed || char(10) || a.tenant || ' ' || a.key), a.tenant, a.key LIMIT :sample

-- section: sample-agents
-- title: Sample of agents and devices
-- draw: table
-- empty: No agent was read.
SELECT a.tenant AS "Tenancy", a.key AS "Key", a.kind AS "Kind", a.name AS "Name", a.state AS "State",
       iso(a.last_seen_at) AS "Last seen",
       (SELECT count(*) FROM agent p WHERE (:customer IS NULL OR p.customer = :customer)) AS "Population"
  FROM agent a WHERE (:customer IS NULL OR a.customer = :customer)
 ORDER BY sha256(:seed || char(10) || a.tenant || ' ' || a.key), a.tenant, a.key LIMIT :sample

-- section: queries
-- title: The queries, word for word
-- draw: code
-- about: Each rule with the SHA-256 of its queries: what was counted as population, and what as violation.
SELECT t.id || ', revision ' || t.revision AS name,
       sha256(t.population || char(10) || t.violations) AS hash,
       '-- population:' || char(10) || t.population || char(10) || '-- violations:' || char(10) || t.violations AS text
  FROM rule_run r JOIN rule_text t ON t.sha256 = r.sha256
 WHERE r.run = :run AND EXISTS (SELECT 1 FROM json_each(t.maps) j WHERE json_extract(j.value, '$.framework') = :framework)
 ORDER BY t.id

-- section: runs
-- title: Run records
-- draw: table
-- about: The last hundred runs up to this one.
SELECT r.id AS "Run", r.kind AS "Kind", CASE r.state WHEN 'complete' THEN 'ended' ELSE r.state END AS "State", iso(r.started_at) AS "Started", iso(r.ended_at) AS "Ended",
       r.by_user AS "By", r.host AS "Host", r.program AS "Program", substr(r.config_sha256, 1, 12) AS "Configuration",
       substr(c.rules_sha256, 1, 12) AS "Rules",
       CASE WHEN r.testing THEN 'testing: no evidence' ELSE '' END AS "Note"
  FROM run r LEFT JOIN check_run c ON c.run = r.id WHERE r.id <= :run ORDER BY r.id DESC LIMIT 100

-- section: callers
-- title: As whom the vendors were asked
-- draw: table
-- about: What the vendor knows the credential as, of the connections that the run used, or those before and after it under one name; for one customer its own and the MSP's that reach its tenancies. The secrets are nowhere but at the vendor and where the configuration says.
-- empty: No connection of the run is recorded.
SELECT connector AS "Connector", credential AS "Credential", CASE name WHEN '' THEN '(neither the vendor nor the configuration tells)' ELSE name END AS "Known as",
       n AS "Connections", home || CASE WHEN n > 1 THEN ' and others' ELSE '' END AS "Of",
       (SELECT iso(r.started_at) FROM run r WHERE r.id = first_run) AS "Since"
  FROM (SELECT c.connector, c.credential, c.name, count(*) AS n, min(c.home) AS home, min(c.first_run) AS first_run
          FROM caller c LEFT JOIN customer o ON o.customer = c.customer
         WHERE c.first_run <= :run AND c.last_run >= :run
           AND (:customer IS NULL OR c.customer = :customer
                OR (coalesce(o.msp, 1) AND EXISTS (
                    SELECT 1 FROM main.tenancy t JOIN main.dataset d ON d.tenancy = t.id
                     WHERE t.customer = :customer AND d.connector = c.connector AND d.first_run <= :run
                       AND (t.tenant = c.home OR NOT EXISTS (
                            SELECT 1 FROM caller a WHERE a.connector = c.connector AND a.home = t.tenant
                               AND a.first_run <= :run AND a.last_run >= :run)))))
         GROUP BY c.connector, c.credential, c.name)
 ORDER BY connector, credential, name LIMIT 300

-- section: reviews
-- title: Access reviews
-- draw: table
-- about: Reviews that began up to this run. A review over lists that were not whole cannot be closed.
-- empty: There was no access review.
SELECT w.id AS "Review", iso(w.started_at) AS "Began", w.started_by AS "By", substr(w.population_sha256, 1, 12) AS "Population",
       count(*) AS "Items", sum(d.decision IS NOT NULL) AS "Decided", sum(coalesce(d.decision, '') = 'keep') AS "Keep",
       sum(coalesce(d.decision, '') = 'revoke') AS "Revoke", sum(coalesce(d.decision, '') = 'change') AS "Change",
       (SELECT count(*) FROM review_gap g WHERE g.review = w.id) AS "Lists not whole",
       CASE WHEN w.closed_at IS NULL THEN 'open' ELSE 'closed ' || iso(w.closed_at) || ' by ' || w.closed_by END AS "State"
  FROM review w
  JOIN review_item i ON i.review = w.id AND (:customer IS NULL OR i.customer = :customer)
  LEFT JOIN review_decision d ON d.review = i.review AND d.n = i.n
       AND d.id = (SELECT max(l.id) FROM review_decision l WHERE l.review = i.review AND l.n = i.n)
 WHERE w.run <= :run
 GROUP BY w.id ORDER BY w.started_at DESC, w.id

-- section: decisions
-- title: Decisions of the newest access review
-- draw: table
-- about: What followed is what a whole read has seen since.
-- empty: There was no access review.
SELECT coalesce(i.tenant_name, i.tenant) AS "Where", coalesce(i.address, i.name, i.account, '(nobody)') AS "Who", i.what AS "Holds",
       coalesce(d.decision, 'undecided') AS "Decision", d.reviewer AS "Reviewer", substr(iso(d.at), 1, 16) AS "At", d.note AS "Note",
       CASE WHEN d.decision IS NULL OR d.decision <> 'revoke' THEN ''
            WHEN EXISTS (SELECT 1 FROM role r WHERE i.kind = 'role' AND r.tenant = i.tenant AND r.dataset = i.dataset AND r.key = i.key)
              OR EXISTS (SELECT 1 FROM credential c WHERE i.kind = 'credential' AND c.tenant = i.tenant AND c.dataset = i.dataset AND c.key = i.key
                            AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'expired')) THEN 'still there'
            WHEN EXISTS (SELECT 1 FROM coverage v WHERE v.tenant = i.tenant AND v.dataset = i.dataset AND v.status = 'complete' AND NOT v.stale) THEN 'gone'
            ELSE 'cannot be told' END AS "Followed"
  FROM review_item i
  LEFT JOIN review_decision d ON d.review = i.review AND d.n = i.n
       AND d.id = (SELECT max(l.id) FROM review_decision l WHERE l.review = i.review AND l.n = i.n)
 WHERE i.review = (SELECT w.id FROM review w WHERE w.run <= :run AND (:customer IS NULL OR w.customer IS NULL OR w.customer = :customer)
                    ORDER BY w.started_at DESC, w.id LIMIT 1)
   AND (:customer IS NULL OR i.customer = :customer)
 ORDER BY i.n

-- section: reads
-- title: What was read, and how far
-- draw: table
-- empty: Nothing is expected to be read.
SELECT c.tenant AS "Tenancy", c.dataset AS "Dataset",
       CASE WHEN c.status = 'complete' AND c.stale THEN 'stale' ELSE c.status END AS "State",
       c.rows AS "Records", c.total AS "The source's own count", c.pages AS "Pages", c.run AS "Run",
       CASE WHEN c.imported THEN 'imported, captured by ' || coalesce(c.captured_by, '?') ELSE '' END AS "How"
  FROM coverage c WHERE (:customer IS NULL OR c.customer = :customer)
 ORDER BY c.tenant, c.dataset
