-- SPDX-License-Identifier: Apache-2.0
-- id: evidence-missing
-- revision: 1
-- title: Every file of evidence is there and young enough
-- why: Managers, Partner Portal users, other people's keys and subscriptions
--   stand in portals only. Without their files the rules about them decide
--   nothing.
-- severity: medium
-- per: tenant
-- needs: coverage, tenancy
-- fix: evidence-provide
-- maps: soc2 CC4.1 direct "Shows evidence that nobody has provided, so that a
--   control that did not run is not taken for one that passed"
-- maps: iso27001 A.5.36 supporting "Shows evidence that nobody has provided,
--   gaps in the checking of own rules"
-- maps: nis2 11.2.3 supporting "Shows evidence that nobody has provided, gaps
--   in the review of access rights"
-- maps: hipaa 164.308(a)(8) supporting "Shows evidence that nobody has
--   provided, gaps in the evaluation at intervals"
-- maps: nist80053 CA-7 direct "Shows evidence that nobody has provided; gaps
--   in the watch are shown as gaps"
-- refs: Printix: no public API returns System managers, Site managers or
--   Partner Portal users
-- refs: DNSFilter: the keys of other people are visible to their owners alone
-- population:
SELECT c.tenant, count(*) AS n
  FROM coverage AS c
  JOIN tenancy AS t ON t.tenant = c.tenant
 WHERE c.imported = 1
   AND t.claimed = 1
 GROUP BY c.tenant;
-- violations:
-- The advice names the file and where to capture it.
SELECT c.tenant,
       c.dataset AS subject,
       c.dataset AS name,
       CASE WHEN c.status <> 'complete'
            THEN c.status || coalesce(': ' || c.reason, '')
            ELSE coalesce('read ' || (c.age / 3600) || ' hours ago',
                     'age unknown') END AS seen,
       'complete and within its age limit' AS wanted,
       c.advice, c.age, c.rows, c.captured_at, c.captured_by
  FROM coverage AS c
  JOIN tenancy AS t ON t.tenant = c.tenant
 WHERE c.imported = 1
   AND t.claimed = 1
   AND c.system <> 'register'
   AND (coalesce(c.status, 'missing') <> 'complete'
        OR coalesce(c.stale, 1) = 1);
