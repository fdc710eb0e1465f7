-- SPDX-License-Identifier: Apache-2.0
-- id: agent-changed-in-freeze
-- revision: 2
-- title: No agent comes, goes or is changed while its customer is leaving
-- why: Until the exit every device is protected as it was agreed. An agent that
--   goes early leaves a device bare, and one that comes is nobody's to remove.
-- severity: medium
-- per: tenant
-- systems: dnsfilter, ninjaone
-- needs: agent[dnsfilter.user_agents|dnsfilter.relays|ninjaone.devices],
--   moved_agent[dnsfilter.user_agents|dnsfilter.relays|ninjaone.devices],
--   customer
-- param: days 14 "Days before the exit from which on everything is frozen"
-- fix: change-review
-- maps: soc2 CC8.1 supporting "Shows agents that change while a customer
--   leaves; changes have an approval"
-- maps: iso27001 A.8.32 supporting "Shows agents that change while a customer
--   leaves; changes are made with approval only"
-- maps: nis2 6.4 supporting "Shows agents that change while a customer leaves in
--   change management"
-- maps: nist80053 CM-3 supporting "Shows agents that change while a customer
--   leaves and that no approval stands behind"
-- population:
SELECT tenant, count(*) AS n
  FROM agent
 GROUP BY tenant;
-- violations:
-- What an update moves, a version or an operating system, is no change, and
-- from the day of the exit on agents are meant to go.  What changed between the
-- last complete read before the window and the first in it is counted too, and
-- so is what changed between the last one before the exit and the first after
-- it: nobody can tell on which side it lies.  A customer without a date of exit
-- is not leaving.
WITH change(tenant, customer, dataset, key, what, previous_at, at) AS (
    SELECT tenant, customer, dataset, key,
           CASE op WHEN 'open' THEN 'added'
                   WHEN 'close' THEN 'removed'
                   ELSE 'changed' END, previous_at, at
      FROM moved_agent
     WHERE op <> 'change'
        OR json_type(old, '$.state') IS NOT NULL
        OR json_type(old, '$.site') IS NOT NULL
        OR json_type(old, '$.name') IS NOT NULL
        OR json_type(old, '$.hardware') IS NOT NULL
        OR json_type(old, '$.uninstall_requested_at') IS NOT NULL)
SELECT m.tenant,
       m.dataset || ' ' || m.key AS subject,
       coalesce(max(a.name), m.key) AS name,
       replace(group_concat(DISTINCT m.what), ',', ', ')
           || ', last seen ' || iso(max(m.at))
           || CASE WHEN max(m.at) < c.exit_at THEN ''
                   ELSE ', not read since '
                        || coalesce(iso(max(m.previous_at)),
                                    'an unknown time') END
           || '; customer leaves ' || iso(c.exit_at) AS seen,
       'as it was until the exit' AS wanted,
       max(m.at) AS at, c.exit_ticket
  FROM change AS m
  JOIN customer AS c ON c.customer = m.customer
  LEFT JOIN agent AS a
    ON a.tenant = m.tenant AND a.dataset = m.dataset AND a.key = m.key
 WHERE m.at >= c.exit_at - :days * 86400
   AND (m.previous_at IS NULL OR m.previous_at < c.exit_at)
 GROUP BY m.tenant, m.dataset, m.key;
