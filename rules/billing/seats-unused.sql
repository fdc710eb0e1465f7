-- SPDX-License-Identifier: Apache-2.0
-- id: seats-unused
-- revision: 2
-- title: Seats that are paid for are used
-- why: Seats that nobody uses are money every month; after people and devices
--   leave they are the first thing to be forgotten.
-- severity: low
-- per: tenant
-- systems: dnsfilter, entra
-- needs: subscription[dnsfilter.usage|entra.licences]
-- param: percent 25 "Part of the seats that may be unused"
-- param: least 5 "Seats below which nobody changes a contract"
-- fix: seats-adjust
-- maps: soc2 CC9.2 supporting "Shows seats that are paid for and not used, so
--   that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows seats that are paid for and not
--   used; services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows seats that are paid for and not used; the
--   list of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows seats that are paid for and not used
--   in the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows seats that are paid for and not used;
--   outside services are watched"
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 GROUP BY tenant;
-- violations:
-- Counts that the vendor does not give cannot be judged and are listed.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.product, s.id) AS name,
       coalesce(s.seats_used, 'unknown') || ' of '
           || coalesce(s.seats_bought, 'unknown') || ' seats used' AS seen,
       'at most ' || :percent || ' percent unused' AS wanted,
       s.seats_bought, s.seats_used, s.term
  FROM subscription AS s
 WHERE s.seats_bought IS NULL
    OR s.seats_used IS NULL
    OR (s.seats_bought - s.seats_used >= :least
        AND (s.seats_bought - s.seats_used) * 100
            > s.seats_bought * :percent);
