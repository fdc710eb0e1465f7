-- SPDX-License-Identifier: Apache-2.0
-- id: billed-after-exit
-- revision: 1
-- title: Nothing is billed for a customer who has left
-- why: A subscription that runs on after the exit is money for nothing, and a
--   door that stays open.
-- severity: high
-- per: tenant
-- systems: printix, dnsfilter
-- needs:
--   subscription[printix-portal.subscriptions|dnsfilter-portal.subscriptions|dnsfilter.usage],
--   subscription@fleet[printix-partner.tenants|dnsfilter.organizations],
--   tenancy, customer
-- fix: subscription-end
-- maps: soc2 CC9.2 supporting "Shows subscriptions that are billed after a
--   relation ended"
-- maps: iso27001 A.5.23 direct "Shows subscriptions that are billed; a cloud
--   service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows subscriptions that are billed at the end of
--   a service"
-- maps: csf2 GV.SC-10 direct "Shows subscriptions that are billed after the
--   contract ended"
-- maps: nist80053 SA-9 supporting "Shows subscriptions that are billed in
--   services that should have ended"
-- refs: Printix: monthly cancellations run to the end of the agreement, annual
--   ones go through the vendor's finance department
-- population:
WITH bill(tenant, customer, id, name, state, used, begins, ends) AS (
    SELECT s.tenant, s.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id), s.state, s.seats_used, s.period_begin,
           s.ends_at
      FROM subscription AS s
     WHERE s.system IN ('printix', 'dnsfilter')
       AND s.attr ->> '$.of_tenant' IS NULL
    UNION ALL
    SELECT y.tenant, y.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id), s.state, s.seats_used, s.period_begin,
           s.ends_at
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.id = s.attr ->> '$.of_tenant'
       AND y.system = CASE s.system WHEN 'printix-partner' THEN 'printix'
                           ELSE s.system END
     WHERE y.system IN ('printix', 'dnsfilter'))
SELECT tenant, count(*) AS n
  FROM bill
 GROUP BY tenant;
-- violations:
-- Cancelled and cancelling are ends.  Where the vendor states no state, use
-- in a period that began after the exit counts, and an unknown use too.
WITH bill(tenant, customer, id, name, state, used, begins, ends) AS (
    SELECT s.tenant, s.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id), s.state, s.seats_used, s.period_begin,
           s.ends_at
      FROM subscription AS s
     WHERE s.system IN ('printix', 'dnsfilter')
       AND s.attr ->> '$.of_tenant' IS NULL
    UNION ALL
    SELECT y.tenant, y.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id), s.state, s.seats_used, s.period_begin,
           s.ends_at
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.id = s.attr ->> '$.of_tenant'
       AND y.system = CASE s.system WHEN 'printix-partner' THEN 'printix'
                           ELSE s.system END
     WHERE y.system IN ('printix', 'dnsfilter'))
SELECT b.tenant,
       b.id AS subject,
       b.name,
       CASE WHEN b.state IS NOT NULL THEN 'still ' || b.state
            ELSE coalesce(b.used || ' seats in use', 'use unknown')
                || ' since ' || coalesce(iso(b.begins), 'an unknown time') END
           || ', customer left ' || iso(c.exit_at) AS seen,
       'cancelled, as ticket ' || coalesce(c.exit_ticket, '(none)')
           || ' says' AS wanted,
       b.state, b.used, b.ends
  FROM bill AS b
  JOIN customer AS c ON c.customer = b.customer
 WHERE c.exit_at <= :now
   AND CASE WHEN b.state IS NOT NULL
            THEN b.state <> 'cancelled' AND b.state <> 'cancelling'
            ELSE coalesce(b.used, 1) > 0
                 AND coalesce(b.begins, :now) >= c.exit_at END;
