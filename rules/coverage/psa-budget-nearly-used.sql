-- SPDX-License-Identifier: Apache-2.0
-- id: psa-budget-nearly-used
-- revision: 1
-- title: No integration has used up the requests that the PSA allows
-- why: All integrations share one number of requests an hour. When others have
--   used it the scan is answered late, or not at all.
-- severity: low
-- per: fleet
-- systems: autotask
-- needs: resource[autotask.threshold]
-- param: percent 50 "Share of the budget from which answers come late"
-- fix: psa-budget
-- maps: soc2 CC4.1 supporting "Shows a shared budget that is nearly used; a
--   control that cannot run is seen"
-- maps: nist80053 CA-7 supporting "Shows a shared budget that is nearly used;
--   gaps in the watch are shown"
-- refs: Autotask REST API: ThresholdInformation; answers are delayed from half
--   of the threshold on
-- population:
SELECT count(*) AS n
  FROM resource AS r
 WHERE r.kind = 'report';
-- violations:
-- A number that is not told cannot be judged and is listed.
SELECT r.tenant AS subject,
       r.tenant AS name,
       coalesce(r.attr ->> '$.used', 'an unknown number') || ' of '
           || coalesce(r.attr ->> '$.limit', 'an unknown number')
           || ' requests used' AS seen,
       'below ' || :percent || ' percent' AS wanted,
       r.attr ->> '$.minutes' AS minutes
  FROM resource AS r
 WHERE r.kind = 'report'
   AND (r.attr ->> '$.used' IS NULL OR r.attr ->> '$.limit' IS NULL
        OR (r.attr ->> '$.used') * 100 > (r.attr ->> '$.limit') * :percent);
