-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-agreement-after-exit
-- revision: 1
-- title: No agreement in the PSA runs on after its customer left
-- why: What is still in an agreement is invoiced again next month, and tells
--   everybody that the customer is still one.
-- severity: high
-- per: tenant
-- systems: connectwise-psa
-- needs: subscription@msp[connectwise-psa.agreements
--   connectwise-psa.additions], tenancy, customer
-- fix: connectwise-agreement-end
-- maps: soc2 CC9.2 supporting "Shows agreements that run on after a relation
--   ended"
-- maps: iso27001 A.5.19 supporting "Shows agreements that run on; relations
--   are ended as planned"
-- maps: nis2 5.1 supporting "Shows agreements that run on at the end of a
--   service"
-- maps: csf2 GV.SC-10 direct "Shows agreements that run on after the contract
--   ended"
-- refs: ConnectWise PSA API: agreementStatus and endDate of an agreement,
--   cancelledDate of an addition
-- population:
WITH sold(tenant, customer, id, name, state, ends_at, renews_at) AS (
    SELECT y.tenant, y.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id),
           CASE s.dataset WHEN 'connectwise-psa.agreements' THEN s.state
                ELSE lower(s.attr ->> '$.agreement_state') END,
           s.ends_at, s.renews_at
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.system = 'connectwise-psa'
       AND y.id = CAST(s.attr ->> '$.of_tenant' AS TEXT))
SELECT tenant, count(*) AS n
  FROM sold
 GROUP BY tenant;
-- violations:
-- Cancelled, expired and suspended agreements are over, and so are their
-- additions; an unknown state is not.  An end that lies ahead is not yet one.
WITH sold(tenant, customer, id, name, state, ends_at, renews_at) AS (
    SELECT y.tenant, y.customer, s.dataset || ' ' || s.id,
           coalesce(s.product, s.id),
           CASE s.dataset WHEN 'connectwise-psa.agreements' THEN s.state
                ELSE lower(s.attr ->> '$.agreement_state') END,
           s.ends_at, s.renews_at
      FROM subscription AS s
      JOIN tenancy AS y
        ON y.system = 'connectwise-psa'
       AND y.id = CAST(s.attr ->> '$.of_tenant' AS TEXT))
SELECT b.tenant,
       b.id AS subject,
       b.name,
       coalesce(b.state, 'state unknown') || CASE WHEN b.ends_at IS NULL
               THEN ', no end' ELSE ', ends ' || iso(b.ends_at) END
           || ', customer left ' || iso(c.exit_at) AS seen,
       'ended, as ticket ' || coalesce(c.exit_ticket, '(none)') || ' says'
           AS wanted,
       b.state, b.ends_at, b.renews_at
  FROM sold AS b
  JOIN customer AS c ON c.customer = b.customer
 WHERE c.exit_at <= :now
   AND coalesce(b.state, 'unknown') NOT IN ('cancelled', 'suspended',
           'expired', 'inactive')
   AND (b.ends_at IS NULL OR b.ends_at > :now);
