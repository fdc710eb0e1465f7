-- SPDX-License-Identifier: Apache-2.0
-- id: resold-after-exit
-- revision: 1
-- title: Nothing is resold any more to a customer who has left
-- why: The reseller pays the vendor for as long as the subscription runs, and
--   the former customer's mail and files stay in the reseller's hands.
-- severity: high
-- per: tenant
-- systems: google-reseller
-- needs: subscription[google-reseller.subscriptions], tenancy, customer
-- fix: resold-end
-- maps: soc2 CC9.2 supporting "Shows resold subscriptions that are billed
--   after a relation ended"
-- maps: iso27001 A.5.23 direct "Shows resold subscriptions that run on; a
--   cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows resold subscriptions that are billed at the
--   end of a service"
-- maps: csf2 GV.SC-10 direct "Shows resold subscriptions that are billed after
--   the contract ended"
-- maps: nist80053 SA-9 supporting "Shows resold subscriptions in services that
--   should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 GROUP BY tenant;
-- violations:
-- A state that is not told counts as billed.  Suspended is: it ends nothing.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.attr ->> '$.customerDomain' || ', ', '')
           || coalesce(s.product, s.id) AS name,
       'still ' || coalesce(s.state, 'unknown') || ', customer left '
           || iso(c.exit_at) AS seen,
       'transferred or cancelled, as ticket '
           || coalesce(c.exit_ticket, '(none)') || ' says' AS wanted,
       c.customer AS of_customer, s.seats_used, s.term
  FROM subscription AS s
  JOIN tenancy AS y
    ON y.system = 'google' AND y.id = s.attr ->> '$.of_tenant'
  JOIN customer AS c ON c.customer = y.customer
 WHERE c.exit_at <= :now
   AND coalesce(s.state, 'unknown') <> 'cancelled';
