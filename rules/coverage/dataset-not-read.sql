-- SPDX-License-Identifier: Apache-2.0
-- id: dataset-not-read
-- revision: 1
-- title: Every listing of every tenancy was read completely and lately
-- why: What was not read cannot be clean. This names each gap, so that
--   somebody closes it.
-- severity: high
-- per: tenant
-- needs: coverage, tenancy
-- fix: access-restore
-- maps: soc2 CC4.1 direct "Shows listings that were not read, so that a
--   control that did not run is not taken for one that passed"
-- maps: iso27001 A.5.36 supporting "Shows listings that were not read, gaps in
--   the checking of own rules"
-- maps: nis2 11.2.3 supporting "Shows listings that were not read, gaps in the
--   review of access rights"
-- maps: hipaa 164.308(a)(8) supporting "Shows listings that were not read,
--   gaps in the evaluation at intervals"
-- maps: nist80053 CA-7 direct "Shows listings that were not read; gaps in the
--   watch are shown as gaps"
-- population:
SELECT c.tenant, count(*) AS n
  FROM coverage AS c
  JOIN tenancy AS t ON t.tenant = c.tenant
 WHERE c.imported = 0
   AND t.claimed = 1
 GROUP BY c.tenant;
-- violations:
-- Tenancies that nobody claims are tenancy-unclaimed's.
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
 WHERE c.imported = 0
   AND t.claimed = 1
   AND c.system <> 'register'
   AND (coalesce(c.status, 'missing') <> 'complete'
        OR coalesce(c.stale, 1) = 1);
