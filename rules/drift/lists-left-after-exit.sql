-- SPDX-License-Identifier: Apache-2.0
-- id: lists-left-after-exit
-- revision: 1
-- title: Nothing of a customer who has left filters, reports or exports any
--   more
-- why: Lists, block pages, reports, sign-on connections and data exports of a
--   former customer keep data flowing, and rules alive that nobody reads.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.policies dnsfilter.global_lists
--   dnsfilter.block_pages dnsfilter.scheduled_reports
--   dnsfilter.enterprise_connections dnsfilter-portal.integrations], customer
-- fix: lists-retire
-- maps: soc2 CC9.2 supporting "Shows lists, pages, reports and exports that
--   are left after a relation ended"
-- maps: iso27001 A.5.23 direct "Shows lists, pages, reports and exports that
--   are left; a cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows lists, pages, reports and exports that are
--   left at the end of a service"
-- maps: csf2 GV.SC-10 direct "Shows lists, pages, reports and exports that are
--   left after the contract ended"
-- maps: nist80053 SA-9 supporting "Shows lists, pages, reports and exports
--   that are left in services that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 GROUP BY tenant;
-- violations:
-- An unknown state of an integration counts as running.
SELECT r.tenant,
       r.kind || ' ' || r.id AS subject,
       coalesce(r.name, r.id) AS name,
       r.kind || ' still there, customer left ' || iso(c.exit_at) AS seen,
       'listed as evidence, then removed' AS wanted,
       r.owner, r.state, c.exit_ticket
  FROM resource AS r
  JOIN customer AS c ON c.customer = r.customer
 WHERE c.exit_at <= :now
   AND r.kind IN ('list_entry', 'block_page', 'report', 'sso', 'integration')
   AND NOT (r.kind = 'integration'
            AND lower(coalesce(r.state, 'unknown')) IN ('off', 'disabled',
                    'inactive', 'removed', 'deleted'));
