-- SPDX-License-Identifier: Apache-2.0
-- id: list-changed-after-exit
-- revision: 1
-- title: No policy or list changes after its customer has left
-- why: In the exit window everything is frozen. A change there opens or closes
--   something for a customer who no longer is one, and spoils the evidence.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.policies], tenant@fleet[dnsfilter.organizations],
--   tenancy, customer
-- fix: change-review
-- maps: soc2 CC8.1 direct "Shows changes of policies and lists after the exit;
--   changes have an approval"
-- maps: iso27001 A.8.32 direct "Shows changes of policies and lists after the
--   exit; changes are made with approval only"
-- maps: nis2 6.4 direct "Shows changes of policies and lists after the exit in
--   change management"
-- maps: nist80053 CM-3 direct "Shows changes of policies and lists after the
--   exit that no approval stands behind"
-- population:
SELECT tenant, sum(n) AS n
  FROM (SELECT tenant, count(*) AS n
          FROM resource
         WHERE kind = 'policy'
         GROUP BY tenant
        UNION ALL
        SELECT y.tenant, count(*)
          FROM tenant AS o
          JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
         GROUP BY y.tenant)
 GROUP BY tenant;
-- violations:
-- The times that the vendor states, and every change between two nights that
-- we saw.  A list without a time was never changed, as the vendor counts.
WITH changed(tenant, customer, subject, name, what, at) AS (
    SELECT tenant, customer, 'policy ' || id, coalesce(name, id),
           'allow list', attr ->> '$.allowlist_updated_at'
      FROM resource
     WHERE kind = 'policy'
    UNION ALL
    SELECT tenant, customer, 'policy ' || id, coalesce(name, id),
           'block list', attr ->> '$.blocklist_updated_at'
      FROM resource
     WHERE kind = 'policy'
    UNION ALL
    SELECT tenant, customer, 'policy ' || id, coalesce(name, id),
           'policy', changed_at
      FROM resource
     WHERE kind = 'policy' AND changed_run > first_run
    UNION ALL
    SELECT y.tenant, y.customer, 'universal allow list', y.name,
           'universal allow list', o.attr ->> '$.allowlist_updated_at'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
    UNION ALL
    SELECT y.tenant, y.customer, 'universal block list', y.name,
           'universal block list', o.attr ->> '$.blocklist_updated_at'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id)
SELECT x.tenant,
       x.subject,
       x.name,
       replace(group_concat(DISTINCT x.what), ',', ', ')
           || ' changed, last ' || iso(max(x.at))
           || '; customer left ' || iso(c.exit_at) AS seen,
       'unchanged since the exit' AS wanted,
       max(x.at) AS changed_at, c.exit_ticket
  FROM changed AS x
  JOIN customer AS c ON c.customer = x.customer
 WHERE c.exit_at <= :now
   AND x.at > c.exit_at
 GROUP BY x.tenant, x.subject;
