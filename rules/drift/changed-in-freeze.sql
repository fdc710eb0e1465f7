-- SPDX-License-Identifier: Apache-2.0
-- id: changed-in-freeze
-- revision: 2
-- title: No policy or list changes while its customer is leaving
-- why: What is handed over has to be what was agreed. A change in the weeks
--   before the exit opens or closes something that nobody will look at again.
-- severity: high
-- per: tenant
-- systems: dnsfilter, entra, google, okta, onelogin, printix
-- needs: resource, moved_resource, customer
-- param: days 14 "Days before the exit from which on everything is frozen"
-- fix: change-review
-- maps: soc2 CC8.1 direct "Shows changes of policies and lists while a
--   customer leaves; changes have an approval"
-- maps: iso27001 A.8.32 direct "Shows changes of policies and lists while a
--   customer leaves; changes are made with approval only"
-- maps: nis2 6.4 direct "Shows changes of policies and lists while a customer
--   leaves in change management"
-- maps: nist80053 CM-3 direct "Shows changes of policies and lists while a
--   customer leaves that no approval stands behind"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind IN ('policy', 'list', 'list_entry', 'sso', 'integration')
 GROUP BY tenant;
-- violations:
-- What changed between the last read before the window and the first in it is
-- counted too, and so is what changed between the last one before the exit and
-- the first after it: nobody can tell on which side it lies.  A customer
-- without a date of exit is not leaving.  After the exit of a customer of
-- DNSFilter the vendor's own times tell more: list-changed-after-exit.
SELECT m.tenant,
       replace(m.key, char(31), ' ') AS subject,
       coalesce(max(r.name), max(m.old ->> '$.name'),
                replace(m.key, char(31), ' ')) AS name,
       replace(group_concat(DISTINCT CASE m.op WHEN 'open' THEN 'added'
                                               WHEN 'close' THEN 'removed'
                                               ELSE 'changed' END), ',', ', ')
           || ', last seen ' || iso(max(m.at))
           || '; customer leaves ' || iso(c.exit_at) AS seen,
       'unchanged until the exit' AS wanted,
       max(m.at) AS at, c.exit_ticket
  FROM moved_resource AS m
  JOIN customer AS c ON c.customer = m.customer
  LEFT JOIN resource AS r
    ON r.tenant = m.tenant AND r.dataset = m.dataset AND r.key = m.key
 WHERE m.at >= c.exit_at - :days * 86400
   AND (m.previous_at IS NULL OR m.previous_at < c.exit_at
        OR m.system <> 'dnsfilter')
   AND substr(m.key, 1, instr(m.key, char(31)) - 1)
       IN ('policy', 'list', 'list_entry', 'sso', 'integration')
 GROUP BY m.tenant, m.key;
