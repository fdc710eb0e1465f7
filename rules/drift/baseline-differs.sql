-- SPDX-License-Identifier: Apache-2.0
-- id: baseline-differs
-- revision: 1
-- title: Everything that was accepted is still as it was accepted
-- why: Somebody looked at this value and answered for it. Another one has not
--   been looked at by anybody, however alike it is.
-- severity: high
-- per: tenant
-- needs: baseline_seen
-- fix: baseline-decide
-- maps: soc2 CC8.1 direct "Shows values that differ from the approved ones;
--   changes have an approval"
-- maps: iso27001 A.8.9 direct "Shows values that differ from the approved
--   ones; configurations are managed"
-- maps: nis2 6.4 direct "Shows values that differ from the approved ones in
--   change management"
-- maps: nist80053 CM-3 direct "Shows values that differ from the approved
--   ones; no approval stands behind them"
-- population:
SELECT tenant, count(*) AS n
  FROM baseline_seen
 GROUP BY tenant;
-- violations:
-- NULL in same: the listing was not read, and what was is no other value.
-- The unit is undecided then.
SELECT tenant,
       what AS subject,
       what AS name,
       seen,
       accepted || ', accepted by ' || approver || ' on '
           || substr(iso(approved_at), 1, 10) AS wanted,
       reason, approver, approved_at, file
  FROM baseline_seen
 WHERE same = 0;
