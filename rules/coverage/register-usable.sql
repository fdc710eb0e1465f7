-- SPDX-License-Identifier: Apache-2.0
-- id: register-usable
-- revision: 3
-- title: The leaver register is there, whole, young and not empty
-- why: Without the register nobody has left, and every rule about leavers
--   would look clean.
-- severity: high
-- per: fleet
-- needs: coverage
-- param: days 7 "Days that the register may be old"
-- fix: register-provide
-- maps: soc2 CC4.1 direct "Shows what is wrong with the leaver register, so
--   that a control that did not run is not taken for one that passed"
-- maps: iso27001 A.5.36 supporting "Shows what is wrong with the leaver
--   register, gaps in the checking of own rules"
-- maps: nis2 11.2.3 supporting "Shows what is wrong with the leaver register,
--   gaps in the review of access rights"
-- maps: hipaa 164.308(a)(8) supporting "Shows what is wrong with the leaver
--   register, gaps in the evaluation at intervals"
-- maps: nist80053 CA-7 direct "Shows what is wrong with the leaver register;
--   gaps in the watch are shown as gaps"
-- population:
SELECT count(*) AS n
  FROM coverage
 WHERE system = 'register'
   AND dataset <> 'register.evidence_files';
-- violations:
-- No register at all is a violation, and so is one of unknown age or size.
-- That tickets and directories tell of nobody is none, and whether all
-- evidence files could be taken is another question.
SELECT 'register' AS subject,
       'leaver register' AS name,
       'none is configured' AS seen,
       'a register of leavers' AS wanted,
       NULL AS age
 WHERE NOT EXISTS (SELECT 1 FROM coverage
                    WHERE system = 'register'
                      AND dataset <> 'register.evidence_files')
UNION ALL
SELECT tenant || ' ' || dataset,
       'leaver register',
       CASE WHEN coalesce(status, 'missing') <> 'complete'
            THEN coalesce(status, 'missing') || coalesce(': ' || reason, '')
            WHEN coalesce(rows, 0) = 0
             AND dataset NOT IN ('register.sources', 'register.stated')
            THEN 'empty'
            ELSE coalesce((age / 86400) || ' days old', 'of unknown age') END,
       'complete, with people, at most ' || :days || ' days old',
       age
  FROM coverage
 WHERE system = 'register'
   AND dataset <> 'register.evidence_files'
   AND (coalesce(status, 'missing') <> 'complete'
        OR (coalesce(rows, 0) = 0
            AND dataset NOT IN ('register.sources', 'register.stated'))
        OR age IS NULL
        OR age > :days * 86400);
