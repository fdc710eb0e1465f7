-- SPDX-License-Identifier: Apache-2.0
-- id: print-licences-unused
-- revision: 1
-- title: Print licences that are paid for are used
-- why: Printix bills licences, not people who print. The gap between the two
--   is the first thing a quarterly review should show.
-- severity: low
-- per: tenant
-- systems: printix
-- needs: subscription@fleet[printix-partner.tenants], tenancy
-- param: percent 50 "Part of the licences that may be unused"
-- param: least 5 "Licences below which nobody changes a contract"
-- fix: seats-adjust
-- maps: soc2 CC9.2 supporting "Shows print licences that are paid for and not
--   used, so that services of vendors are known"
-- maps: iso27001 A.5.22 supporting "Shows print licences that are paid for and
--   not used; services of suppliers are watched"
-- maps: nis2 5.2 supporting "Shows print licences that are paid for and not
--   used; the list of suppliers and services is true"
-- maps: csf2 ID.AM-04 supporting "Shows print licences that are paid for and
--   not used in the inventory of services"
-- maps: nist80053 SA-9 supporting "Shows print licences that are paid for and
--   not used; outside services are watched"
-- refs: Printix: a user counts after one sign-in in the billing cycle; a
--   removal lowers the bill in the next one only
-- population:
WITH licence(tenant, id, name, bought, used, before, billed_to) AS (
    SELECT y.tenant, s.id, y.name, s.seats_bought, s.seats_used,
           s.attr ->> '$.previous_printing_users', s.billed_to
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.system = 'printix' AND y.id = s.attr ->> '$.of_tenant')
SELECT tenant, count(*) AS n
  FROM licence
 GROUP BY tenant;
-- violations:
-- Both periods have to show the gap.  Counts that the vendor does not give
-- cannot be judged and are listed.
WITH licence(tenant, id, name, bought, used, before, billed_to) AS (
    SELECT y.tenant, s.id, y.name, s.seats_bought, s.seats_used,
           s.attr ->> '$.previous_printing_users', s.billed_to
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.system = 'printix' AND y.id = s.attr ->> '$.of_tenant')
SELECT l.tenant,
       'licences' AS subject,
       l.name,
       coalesce(l.used, 'unknown') || ' of ' || coalesce(l.bought, 'unknown')
           || ' licences printed, ' || coalesce(l.before, 'unknown')
           || ' in the period before' AS seen,
       'at most ' || :percent || ' percent unused' AS wanted,
       l.bought, l.used, l.before, l.billed_to
  FROM licence AS l
 WHERE l.bought IS NULL
    OR l.used IS NULL
    OR (l.bought - max(l.used, coalesce(l.before, 0)) >= :least
        AND (l.bought - max(l.used, coalesce(l.before, 0))) * 100
            > l.bought * :percent);
