-- SPDX-License-Identifier: Apache-2.0
-- id: baseline-usable
-- revision: 1
-- title: Every baseline is about a tenancy that is watched, and not expired
-- why: An approval of a place that nobody reads, or one whose time is over,
--   looks like control and is none.
-- severity: medium
-- per: fleet
-- needs: baseline, tenancy
-- fix: baseline-decide
-- maps: soc2 CC8.1 supporting "Shows approvals that hold for nothing any
--   more, so that changes have an approval"
-- maps: iso27001 A.8.9 supporting "Shows approvals that hold for nothing any
--   more; configurations are reviewed"
-- maps: nis2 6.4 supporting "Shows approvals that hold for nothing any more in
--   change management"
-- maps: nist80053 CM-3 supporting "Shows approvals that hold for nothing any
--   more"
-- population:
SELECT count(*) AS n
  FROM baseline;
-- violations:
-- Without an expiry it never expires.
SELECT b.tenant || ' ' || b.what AS subject,
       b.what || ' of ' || b.tenant AS name,
       CASE WHEN y.tenant IS NULL THEN 'nothing of this tenancy is known'
            ELSE 'expired on ' || substr(iso(b.expires_at - 1), 1, 10) END
           AS seen,
       'approved anew, or ended' AS wanted,
       b.approver, b.approved_at, b.expires_at, b.file
  FROM baseline AS b
  LEFT JOIN tenancy AS y ON y.tenant = b.tenant
 WHERE y.tenant IS NULL
    OR b.expires_at <= :now;
