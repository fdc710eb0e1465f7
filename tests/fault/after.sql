-- SPDX-License-Identifier: Apache-2.0
-- What must hold too when the program said that all is well, after judge.sql.
-- needed holds the listings that what it did hangs on.
SELECT 'nothing was needed' WHERE NOT EXISTS (SELECT 1 FROM needed);
SELECT 'not read: ' || s.ds FROM shape AS s
 WHERE NOT s.as_new AND s.ds IN (SELECT ds FROM needed);
SELECT 'not complete: ' || n.ds || ', ' || coalesce(l.status, 'missing')
  FROM needed AS n LEFT JOIN latest AS l ON l.ds = n.ds
 WHERE l.status IS NOT 'complete';
SELECT 'nothing was read' WHERE NOT EXISTS (SELECT 1 FROM main_rows);
SELECT 'a pass is missing: ' || g.rule || ' of ' || g.unit
  FROM new.result_log AS g
 WHERE g.result = 'PASS' AND g.end_run IS NULL
   AND NOT EXISTS (SELECT 1 FROM main.result_log AS r WHERE r.rule = g.rule
                   AND r.unit = g.unit AND r.result = 'PASS'
                   AND r.end_run IS NULL);
SELECT 'a run is left ' || state FROM main.run
 WHERE id = (SELECT max(id) FROM main.run) AND state <> 'complete';
