-- SPDX-License-Identifier: Apache-2.0
-- id: psa-billed-after-exit
-- revision: 2
-- title: No contract or recurring invoice of the PSA runs on for a customer
--   who has left
-- why: The customer is billed for what has ended, or the MSP goes on paying
--   for it.
-- severity: high
-- per: customer
-- systems: halopsa, autotask
-- needs:
--   subscription[halopsa.contracts|autotask.contracts
--   halopsa.recurring_invoices|autotask.contracts], customer
-- fix: psa-contract-end
-- maps: soc2 CC9.2 supporting "Shows contracts that run on after the exit; a
--   relation that ended costs nothing"
-- maps: iso27001 A.5.23 supporting "Shows contracts that run on after the
--   exit; a service is managed up to its exit"
-- maps: csf2 GV.SC-10 direct "Shows contracts that run on after the exit;
--   what follows after a contract is planned"
-- maps: nist80053 SA-9 supporting "Shows contracts that run on after the
--   exit; services that should have ended are seen"
-- population:
SELECT s.customer, count(*) AS n
  FROM subscription AS s
 WHERE s.customer IS NOT NULL
 GROUP BY s.customer;
-- violations:
-- An unknown state counts as running.  A contract that is active and has an
-- end not after the exit is over by its own words.
SELECT s.customer,
       s.tenant || ' ' || s.dataset || ' ' || s.id AS subject,
       coalesce(s.product, s.id) AS name,
       'still ' || coalesce(s.state, 'unknown')
           || coalesce(', next ' || iso(s.renews_at), '')
           || ', customer left ' || iso(c.exit_at) AS seen,
       'ended with ' || iso(c.exit_at) AS wanted,
       s.renews_at, s.ends_at, s.price
  FROM subscription AS s
  JOIN customer AS c ON c.customer = s.customer
 WHERE c.exit_at <= :now
   AND coalesce(s.state, 'unknown') NOT IN ('cancelled', 'cancelling')
   AND (s.ends_at IS NULL OR s.ends_at > c.exit_at + 86400);
