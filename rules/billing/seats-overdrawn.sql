-- SPDX-License-Identifier: Apache-2.0
-- id: seats-overdrawn
-- revision: 2
-- title: Not more seats are used than are paid for
-- why: More clients than seats means a bill that comes later, or clients that
--   are switched off without a word.
-- severity: low
-- per: tenant
-- systems: dnsfilter, entra
-- needs: subscription[dnsfilter.usage|entra.licences]
-- fix: seats-adjust
-- maps: soc2 CC9.2 supporting "Shows seats in use that nobody has bought, so
--   that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows seats in use that nobody has bought;
--   services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows seats in use that nobody has bought; the
--   list of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows seats in use that nobody has bought in
--   the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows seats in use that nobody has bought;
--   outside services are watched"
-- refs: DNSFilter help: existing sub-organisations default to one allocated
--   licence while many clients may be in use
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 GROUP BY tenant;
-- violations:
-- Counts that the vendor does not give cannot be judged and are listed.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.product, s.id) AS name,
       coalesce(s.seats_used, 'unknown') || ' used of '
           || coalesce(s.seats_bought, 'unknown') || ' bought' AS seen,
       'as many seats as clients, or fewer clients' AS wanted,
       s.seats_bought, s.seats_used, s.term
  FROM subscription AS s
 WHERE coalesce(s.seats_used > s.seats_bought, 1);
