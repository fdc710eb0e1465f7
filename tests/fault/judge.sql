-- SPDX-License-Identifier: Apache-2.0
-- What must hold of a database after any fault, whatever the program said.
-- A complaint a row.  Attached: old, the state before; new, what the same work
-- leaves behind undisturbed.  run.sh makes a table of the rows of all kinds of
-- each before: main_rows, old_rows, new_rows (ds, line).
CREATE TEMP TABLE latest AS
  SELECT d.id, t.uid || ' ' || d.name AS ds, d.name, t.uid,
         (SELECT c.status FROM main.coverage AS c WHERE c.dataset = d.id
           ORDER BY c.run DESC LIMIT 1) AS status,
         (SELECT c.run FROM main.coverage AS c WHERE c.dataset = d.id
           ORDER BY c.run DESC LIMIT 1) AS run
    FROM main.dataset AS d JOIN main.tenancy AS t ON t.id = d.tenancy;
CREATE TEMP TABLE shape AS
  SELECT ds,
         NOT EXISTS (SELECT ds, line FROM main_rows AS n WHERE n.ds = a.ds
                     EXCEPT SELECT ds, line FROM old_rows)
         AND NOT EXISTS (SELECT ds, line FROM old_rows AS o WHERE o.ds = a.ds
                         EXCEPT SELECT ds, line FROM main_rows) AS as_old,
         NOT EXISTS (SELECT ds, line FROM main_rows AS n WHERE n.ds = a.ds
                     EXCEPT SELECT ds, line FROM new_rows)
         AND NOT EXISTS (SELECT ds, line FROM new_rows AS o WHERE o.ds = a.ds
                         EXCEPT SELECT ds, line FROM main_rows) AS as_new
    FROM (SELECT ds FROM main_rows UNION SELECT ds FROM old_rows
          UNION SELECT ds FROM new_rows) AS a;

SELECT 'integrity: ' || integrity_check FROM pragma_integrity_check
 WHERE integrity_check <> 'ok';
SELECT 'foreign key of ' || "table" FROM pragma_foreign_key_check;

-- No half dataset.  One that was cut short keeps what was there and may show
-- what is new, never something else.
SELECT 'half of ' || s.ds || ' (' || coalesce(l.status, 'never read') || ')'
  FROM shape AS s LEFT JOIN latest AS l USING (ds)
 WHERE NOT s.as_old AND NOT s.as_new
   AND (l.status IS NOT 'partial'
        OR EXISTS (SELECT ds, line FROM main_rows AS n WHERE n.ds = s.ds
                   EXCEPT SELECT ds, line FROM old_rows
                   EXCEPT SELECT ds, line FROM new_rows));
SELECT 'complete and not what was there: ' || l.ds
  FROM latest AS l JOIN shape AS s USING (ds)
 WHERE l.status = 'complete' AND NOT s.as_new
   AND l.run > (SELECT coalesce(max(id), 0) FROM old.run);
SELECT 'complete and not what was there at first: ' || l.ds
  FROM latest AS l JOIN shape AS s USING (ds)
 WHERE l.status = 'complete' AND NOT s.as_old AND NOT s.as_new;

-- No pass that is not deserved.
SELECT 'a pass too many: ' || r.rule || ' of ' || r.unit
  FROM main.result_log AS r
 WHERE r.result = 'PASS' AND r.end_run IS NULL
   AND NOT EXISTS (SELECT 1 FROM new.result_log AS g WHERE g.rule = r.rule
                   AND g.unit = r.unit AND g.result = 'PASS')
   AND NOT EXISTS (SELECT 1 FROM old.result_log AS g WHERE g.rule = r.rule
                   AND g.unit = r.unit AND g.result = 'PASS');
SELECT 'a pass over ' || c.status || ' ' || l.ds || ': ' || r.rule
  FROM main.result_log AS r
  JOIN main.rule_run AS u ON u.rule = r.rule
   AND u.run = (SELECT max(run) FROM main.check_run)
  JOIN main.rule_text AS t ON t.sha256 = u.sha256
  JOIN main.coverage AS c ON c.run = u.run AND c.status <> 'complete'
  JOIN latest AS l ON l.id = c.dataset
 WHERE r.result = 'PASS' AND r.end_run IS NULL
   AND instr(t.needs, l.name) > 0
   AND (r.unit = l.uid OR instr(r.unit, '/') = 0);
SELECT 'a check with status 0 over ' || l.ds || ', ' || c.status
  FROM main.check_run AS k JOIN main.coverage AS c ON c.run = k.run
  JOIN latest AS l ON l.id = c.dataset
 WHERE k.status = 0 AND c.status <> 'complete';

-- Runs.
SELECT 'runs at once: ' || n
  FROM (SELECT count(*) AS n FROM main.run WHERE state = 'running')
 WHERE n > 1;
SELECT 'run ' || id || ' is complete and was never checked' FROM main.run
 WHERE state = 'complete' AND kind = 'night'
   AND id > (SELECT coalesce(max(id), 0) FROM old.run)
   AND NOT EXISTS (SELECT 1 FROM main.check_run AS k WHERE k.run = run.id);
SELECT 'run ' || id || ' is gone' FROM old.run
 WHERE state = 'complete' AND id IN (SELECT id FROM new.run)
   AND NOT EXISTS (SELECT 1 FROM main.run AS r WHERE r.id = run.id
                   AND r.state = 'complete');
SELECT 'history was rewritten at ' || o.id FROM old.history AS o
  LEFT JOIN main.history AS h ON h.id = o.id
 WHERE (o.id IN (SELECT id FROM new.history)
        OR o.run IN (SELECT id FROM main.run))
   AND (h.id IS NULL OR h.run IS NOT o.run OR h.key IS NOT o.key
    OR h.old IS NOT o.old);
-- What the past holds is all there or, after a purge, all gone.
SELECT 'half of the past: ' || n || ', not ' || o || ' or ' || w
  FROM (SELECT (SELECT count(*) FROM main.history WHERE run <= m)
               + (SELECT count(*) FROM main.coverage WHERE run <= m) AS n,
               (SELECT count(*) FROM old.history WHERE run <= m)
               + (SELECT count(*) FROM old.coverage WHERE run <= m) AS o,
               (SELECT count(*) FROM new.history WHERE run <= m)
               + (SELECT count(*) FROM new.coverage WHERE run <= m) AS w
          FROM (SELECT coalesce(max(id), 0) AS m FROM old.run))
 WHERE n <> o AND n <> w;
