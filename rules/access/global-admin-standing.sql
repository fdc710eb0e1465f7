-- SPDX-License-Identifier: Apache-2.0
-- id: global-admin-standing
-- revision: 1
-- title: No Global Administrator holds the role for good
-- why: A role that is activated when needed and ends by itself is of no
--   use to a thief the rest of the time; one held for good works day
--   and night.
-- severity: high
-- per: tenant
-- systems: entra
-- needs: resource[entra.role_schedules], account[entra.users], declared
-- fix: role-make-eligible
-- maps: soc2 CC6.3 direct "Shows roles that are held for good; so that
--   access follows the role"
-- maps: iso27001 A.8.2 direct "Shows roles that are held for good; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows roles that are held for good; among
--   administration accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows roles that are
--   held for good; for the review of access"
-- maps: nist80053 AC-6(5) direct "Shows roles that are held for good;
--   among privileged accounts"
-- refs: Microsoft Graph v1.0: roleAssignmentScheduleInstance,
--   assignmentType and endDateTime
-- population:
SELECT s.tenant, count(*) AS n
  FROM resource AS s
 WHERE s.parent = '62e90394-69f5-4237-9190-012177145e10'
 GROUP BY s.tenant;
-- violations:
-- Without an end is for good, however it came about.  Declared break-glass
-- accounts have to hold the role.
SELECT s.tenant,
       s.owner AS subject,
       max(coalesce(a.name, a.email, a.login, s.owner)) AS name,
       max('Global Administrator, ' || coalesce(s.state, 'unknown how')
           || ' without an end since '
           || coalesce(iso(s.created_at), 'an unknown time')) AS seen,
       'eligible, activated for hours, or declared as break-glass' AS wanted,
       max(a.email) AS email, max(s.created_at) AS granted_at
  FROM resource AS s
  LEFT JOIN account AS a ON a.tenant = s.tenant AND a.id = s.owner
 WHERE s.parent = '62e90394-69f5-4237-9190-012177145e10'
   AND s.attr ->> '$.endDateTime' IS NULL
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE e.class = 'breakglass'
                      AND lower(e.address) IN (a.email, a.login))
 GROUP BY s.tenant, s.owner;
