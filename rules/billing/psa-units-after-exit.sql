-- SPDX-License-Identifier: Apache-2.0
-- id: psa-units-after-exit
-- revision: 1
-- title: No service of a contract is billed for a time after the exit
-- why: The contract says that it is over, and the next period is in the books
--   all the same.
-- severity: high
-- per: fleet
-- systems: autotask
-- needs: subscription[autotask.contract_units autotask.contracts],
--   resource[autotask.services], customer
-- fix: psa-contract-end
-- maps: soc2 CC9.2 supporting "Shows quantities that are billed after the
--   exit; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows quantities that are billed after the
--   exit; a service is managed up to its exit"
-- maps: csf2 GV.SC-10 direct "Shows quantities that are billed after the exit;
--   the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows quantities that are billed after the
--   exit; outside services are controlled"
-- refs: Autotask REST API: ContractServiceUnits are billing periods with units
-- population:
SELECT count(*) AS n
  FROM subscription AS u
 WHERE u.dataset = 'autotask.contract_units';
-- violations:
-- A period that does not say when it begins is after the exit, a quantity that
-- is not told is more than none.
SELECT u.tenant || ' ' || u.id AS subject,
       coalesce(s.name, 'service ' || u.product, u.id) AS name,
       coalesce(u.seats_bought, 'an unknown number') || ' from '
           || coalesce(iso(u.period_begin), 'an unknown day')
           || ', customer left ' || iso(c.exit_at) AS seen,
       'no period after the exit' AS wanted,
       k.product AS contract, u.price, c.exit_ticket
  FROM subscription AS u
  JOIN subscription AS k
    ON k.system = u.system AND k.dataset = 'autotask.contracts'
   AND k.id = CAST(u.attr ->> '$.contract' AS TEXT)
  JOIN customer AS c ON c.customer = k.customer
  LEFT JOIN resource AS s ON s.tenant = u.tenant AND s.id = u.product
 WHERE u.dataset = 'autotask.contract_units'
   AND c.exit_at <= :now
   AND coalesce(u.period_begin, :now) > c.exit_at
   AND coalesce(u.seats_bought, 1) > 0;
