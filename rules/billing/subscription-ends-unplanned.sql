-- SPDX-License-Identifier: Apache-2.0
-- id: subscription-ends-unplanned
-- revision: 1
-- title: No subscription ends without an exit on record
-- why: A cancelled tenant is deactivated and then deleted for good. Without an
--   exit that asked for it that is an accident on its way.
-- severity: high
-- per: tenant
-- systems: printix, dnsfilter
-- needs:
--   subscription[printix-portal.subscriptions|dnsfilter-portal.subscriptions],
--   customer
-- fix: subscription-keep
-- maps: soc2 CC9.2 supporting "Shows subscriptions that end though no exit is
--   planned, so that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows subscriptions that end though no
--   exit is planned; services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows subscriptions that end though no exit is
--   planned; the list of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows subscriptions that end though no exit
--   is planned in the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows subscriptions that end though no exit
--   is planned; outside services are watched"
-- refs: Printix: a new tenant is a trial that deactivates by default; a
--   deactivated tenant is deleted for good after 30 days
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 GROUP BY tenant;
-- violations:
-- An unknown state is listed: nobody can say that it goes on.  A trial ends
-- by itself.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.product, s.id) AS name,
       'state ' || coalesce(s.state, 'unknown')
           || coalesce(', ends ' || iso(s.ends_at), '') AS seen,
       'active, or an exit with its ticket on record' AS wanted,
       s.term, s.ends_at, s.billed_to
  FROM subscription AS s
  LEFT JOIN customer AS c ON c.customer = s.customer
 WHERE coalesce(s.state, 'unknown') <> 'active'
   AND (c.exit_at IS NULL OR c.exit_ticket IS NULL);
