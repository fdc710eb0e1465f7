-- SPDX-License-Identifier: Apache-2.0
-- id: resold-seats-unassigned
-- revision: 1
-- title: Seats that are resold are assigned, and no subscription ends unseen
-- why: Seats of a plan with a commitment are paid for whether somebody has
--   them or not, and one that is set to cancel takes mail and files along.
-- severity: medium
-- per: tenant
-- systems: google-reseller
-- needs: subscription[google-reseller.subscriptions]
-- param: percent 25 "Part of the seats that may be unassigned"
-- param: least 5 "Seats below which nobody changes a contract"
-- param: days 60 "How long before its end a subscription is shown"
-- fix: resold-adjust
-- maps: soc2 CC9.2 supporting "Shows resold seats that nobody has, so that
--   services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows resold seats that nobody has;
--   services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows resold seats that nobody has; the list of
--   suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows resold seats that nobody has in the
--   inventory of services"
-- maps: nist80053 SA-9 supporting "Shows resold seats that nobody has; outside
--   services are watched"
-- refs: Reseller API: a flexible plan has no seats that are bought
-- population:
SELECT tenant, count(*) AS n
  FROM subscription
 WHERE coalesce(state, 'unknown') <> 'cancelled'
 GROUP BY tenant;
-- violations:
-- Without a commitment the assigned seats are what is billed.  A commitment
-- that is not told counts as one, and counts that it lacks are listed.
SELECT s.tenant,
       s.id AS subject,
       coalesce(json_extract(s.attr, '$.customerDomain') || ', ', '')
           || coalesce(s.product, s.id) AS name,
       CASE WHEN json_extract(s.attr, '$.renewal') = 'CANCEL'
                 AND s.period_end <= :now + :days * 86400
            THEN 'set to end on ' || iso(s.period_end)
            ELSE coalesce(s.seats_used, 'unknown') || ' of '
                 || coalesce(s.seats_bought, 'unknown')
                 || ' seats assigned' END AS seen,
       'at most ' || :percent || ' percent unassigned, and renewed' AS wanted,
       s.seats_bought, s.seats_used, s.term,
       json_extract(s.attr, '$.of_tenant') AS of_tenant
  FROM subscription AS s
 WHERE coalesce(s.state, 'unknown') <> 'cancelled'
   AND ((json_extract(s.attr, '$.renewal') = 'CANCEL'
         AND (s.period_end IS NULL
              OR s.period_end <= :now + :days * 86400))
        OR (coalesce(json_extract(s.attr, '$.isCommitmentPlan'), 1) <> 0
            AND (s.seats_bought IS NULL
                 OR s.seats_used IS NULL
                 OR (s.seats_bought - s.seats_used >= :least
                     AND (s.seats_bought - s.seats_used) * 100
                         > s.seats_bought * :percent))));
