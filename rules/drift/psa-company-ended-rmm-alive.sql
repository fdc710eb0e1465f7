-- SPDX-License-Identifier: Apache-2.0
-- id: psa-company-ended-rmm-alive
-- revision: 1
-- title: No company that the PSA has ended still has machines in the RMM
-- why: The contract is over for the service desk, and every technician can
--   still reach the machines.
-- severity: high
-- per: customer
-- systems: ninjaone
-- needs:
--   tenant@fleet[connectwise-psa.companies|autotask.companies|halopsa.clients],
--   resource@fleet[connectwise-psa.company_statuses|autotask.services|halopsa.open_statuses],
--   agent[ninjaone.devices], tenancy
-- param: days 30 "Days of silence after which a machine no longer counts"
-- fix: psa-rmm-agree
-- maps: soc2 CC9.2 supporting "Shows machines of companies that the PSA has
--   ended; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows machines of companies that the PSA has
--   ended; a service is managed up to its exit"
-- maps: csf2 GV.SC-10 direct "Shows machines of companies that the PSA has
--   ended; the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows machines of companies that the PSA
--   has ended; outside services are controlled"
-- population:
SELECT a.customer, count(*) AS n
  FROM agent AS a
 WHERE a.customer IS NOT NULL
 GROUP BY a.customer;
-- violations:
-- ConnectWise says by the status of a company whether it is in service. A
-- state that is not told is no end; a machine whose last contact is not told
-- is in contact.
WITH ended(customer, system, name) AS (
    SELECT y.customer, o.of_system, coalesce(o.name, o.id)
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
      LEFT JOIN resource AS s
        ON s.tenant = o.tenant
       AND s.dataset = 'connectwise-psa.company_statuses'
       AND s.id = CAST(o.attr ->> '$.status_id' AS TEXT)
     WHERE y.customer IS NOT NULL
       AND (o.state IN ('cancelled', 'deleted') OR s.state = 'inactive'
            OR o.attr ->> '$.deletedFlag' = 1))
SELECT a.customer,
       a.tenant AS subject,
       min(e.name) AS name,
       count(DISTINCT a.id) || ' machines in contact, ended in '
           || min(e.system) AS seen,
       'the agents uninstalled, or the company in service' AS wanted,
       max(a.last_seen_at) AS last_seen_at
  FROM agent AS a
  JOIN ended AS e ON e.customer = a.customer
 WHERE coalesce(a.last_seen_at, :now) >= :now - :days * 86400
 GROUP BY a.customer, a.tenant;
