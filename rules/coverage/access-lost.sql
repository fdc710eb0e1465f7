-- SPDX-License-Identifier: Apache-2.0
-- id: access-lost
-- revision: 1
-- title: exitproof can still read every tenancy that it could read before
-- why: A tenancy that suddenly refuses is one whose door somebody changed, or
--   a customer who has left without a word.
-- severity: high
-- per: tenant
-- needs: coverage, tenancy
-- fix: access-restore
-- maps: soc2 CC4.1 direct "Shows tenancies that can no longer be read, so that
--   a control that did not run is not taken for one that passed"
-- maps: iso27001 A.5.36 supporting "Shows tenancies that can no longer be
--   read, gaps in the checking of own rules"
-- maps: nis2 11.2.3 supporting "Shows tenancies that can no longer be read,
--   gaps in the review of access rights"
-- maps: hipaa 164.308(a)(8) supporting "Shows tenancies that can no longer be
--   read, gaps in the evaluation at intervals"
-- maps: nist80053 CA-7 direct "Shows tenancies that can no longer be read;
--   gaps in the watch are shown as gaps"
-- population:
SELECT c.tenant, count(*) AS n
  FROM coverage AS c
  JOIN tenancy AS t ON t.tenant = c.tenant
 WHERE c.imported = 0
   AND c.previous_rows IS NOT NULL
 GROUP BY c.tenant;
-- violations:
-- Denied is a refusal.  A listing that was never complete was not lost.
SELECT c.tenant,
       c.dataset AS subject,
       t.name || ': ' || c.dataset AS name,
       'denied' || coalesce(': ' || c.reason, '') || '; it had '
           || c.previous_rows || ' rows before' AS seen,
       'read as before, or an exit on record' AS wanted,
       c.advice, c.previous_rows
  FROM coverage AS c
  JOIN tenancy AS t ON t.tenant = c.tenant
 WHERE c.imported = 0
   AND c.status = 'denied'
   AND c.previous_rows IS NOT NULL;
