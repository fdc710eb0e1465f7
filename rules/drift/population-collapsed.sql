-- SPDX-License-Identifier: Apache-2.0
-- id: population-collapsed
-- revision: 1
-- title: No listing of people or devices lost half of what it held
-- why: Half of the people do not leave in a week. Either somebody deletes what
--   he should not, or the vendor shows less than before and every rule looks
--   at half of the truth.
-- severity: high
-- per: tenant
-- needs: coverage, moved
-- param: days 7 "Days over which it is counted"
-- param: percent 50 "Per cent that may go"
-- param: least 10 "Listings that held fewer are left out"
-- fix: collapse-explain
-- maps: soc2 CC7.1 supporting "Shows listings that lost much of what they held;
--   changes that are out of the ordinary are noticed"
-- maps: iso27001 A.5.36 supporting "Shows listings that lost much of what they
--   held, so that reviews see the whole"
-- maps: nis2 12.4 supporting "Shows listings that lost much of what they held;
--   the asset list has a history"
-- maps: nist80053 CA-7 supporting "Shows listings that lost much of what they
--   held; what is watched is still there"
-- population:
SELECT tenant, count(*) AS n
  FROM coverage
 WHERE kinds LIKE '%account%' OR kinds LIKE '%agent%'
    OR kinds LIKE '%credential%'
 GROUP BY tenant;
-- violations:
-- What was there at the begin is what is there, less what came, and what went.
-- A listing that was never read has no rows and lost none; one that came back
-- empty and is not believed is a collapse whatever it held.
SELECT c.tenant,
       c.dataset AS subject,
       c.dataset AS name,
       CASE c.status WHEN 'held' THEN coalesce(c.reason, 'empty')
            ELSE c.rows || ' of ' || (c.rows - coalesce(sum(m.op = 'open'), 0)
                 + coalesce(sum(m.op = 'close'), 0)) || ' are left, last seen '
                 || iso(max(m.at)) END AS seen,
       'at least ' || (100 - :percent) || ' per cent of what there was '
           || :days || ' days ago' AS wanted,
       c.rows, c.previous_rows
  FROM coverage AS c
  LEFT JOIN moved AS m
    ON m.tenant = c.tenant AND m.dataset = c.dataset
   AND m.at >= :now - :days * 86400
   AND m.op IN ('open', 'close')
 WHERE c.kinds LIKE '%account%' OR c.kinds LIKE '%agent%'
    OR c.kinds LIKE '%credential%'
 GROUP BY c.tenant, c.dataset
HAVING c.status = 'held'
    OR (coalesce(sum(m.op = 'close'), 0) > 0
        AND c.rows - sum(m.op = 'open') + sum(m.op = 'close') >= :least
        AND c.rows * 100 < (100 - :percent)
            * (c.rows - sum(m.op = 'open') + sum(m.op = 'close')));
