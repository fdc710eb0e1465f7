-- SPDX-License-Identifier: Apache-2.0
-- id: uninstall-protection-off
-- revision: 1
-- title: Removing a client needs a PIN and is reported
-- why: Whoever leaves can take the client off his device and nobody hears of
--   it.
-- severity: low
-- per: tenant
-- systems: dnsfilter
-- needs: tenant@fleet[dnsfilter.organizations], tenancy
-- fix: protection-on
-- maps: soc2 CC7.1 supporting "Shows organisations whose clients can be
--   removed unnoticed, settings that bring a weakness"
-- maps: iso27001 A.8.9 supporting "Shows organisations whose clients can be
--   removed unnoticed; settings are kept under control"
-- maps: nis2 6.3 supporting "Shows organisations whose clients can be removed
--   unnoticed in the configuration"
-- maps: nist80053 CM-6(2) supporting "Shows organisations whose clients can be
--   removed unnoticed, settings that nobody approved"
-- population:
SELECT y.tenant, count(*) AS n
  FROM tenant AS o
  JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
 WHERE coalesce(o.state, 'unknown') NOT IN ('cancelled', 'deleted')
 GROUP BY y.tenant;
-- violations:
-- A setting that was not sent counts as off.
SELECT y.tenant,
       'protection' AS subject,
       coalesce(o.name, o.id) AS name,
       CASE WHEN coalesce(o.attr ->> '$.pin_protected_uninstall', 0) = 0
            THEN 'no PIN' ELSE 'PIN' END || ', ' ||
       CASE WHEN coalesce(o.attr ->> '$.user_agent_uninstall_notification', 0)
                 = 0
            THEN 'no notification' ELSE 'notification' END AS seen,
       'PIN and notification on' AS wanted
  FROM tenant AS o
  JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
 WHERE coalesce(o.state, 'unknown') NOT IN ('cancelled', 'deleted')
   AND (coalesce(o.attr ->> '$.pin_protected_uninstall', 0) = 0
        OR coalesce(o.attr ->> '$.user_agent_uninstall_notification', 0) = 0);
