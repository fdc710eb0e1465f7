-- SPDX-License-Identifier: Apache-2.0
-- id: recovery-contact-foreign
-- revision: 1
-- title: The address that recovers the whole account is one of ours
-- why: Whoever reads that mailbox can take the tenancy over; it is often that
--   of a former provider or of somebody who left.
-- severity: critical
-- per: tenant
-- systems: google
-- needs: tenant[google.customer], domain, authorised_owner
-- param: allowed " " "Further domains whose addresses may recover an account,
--   with blanks between"
-- fix: recovery-contact
-- maps: soc2 CC6.1 direct "Shows recovery addresses outside of the customer
--   and the provider, a way in that nobody watches"
-- maps: iso27001 A.5.17 direct "Shows recovery addresses outside of the
--   customer and the provider, how sign-ins are protected"
-- maps: nis2 11.3 supporting "Shows recovery addresses outside of the customer
--   and the provider beside privileged accounts"
-- maps: nist80053 AC-2(7) supporting "Shows recovery addresses outside of the
--   customer and the provider, which give the highest role"
-- refs: Admin SDK Directory API, customers: alternateEmail lies outside of the
--   customer's own domains
-- population:
SELECT tenant, count(*) AS n
  FROM tenant
 GROUP BY tenant;
-- violations:
-- No address at all is a lock-out to come, and listed.
WITH contact(tenant, customer, id, name, address, at) AS (
    SELECT tenant, customer, id, coalesce(name, domain, id),
           json_extract(attr, '$.recovery_email'),
           lower(substr(json_extract(attr, '$.recovery_email'),
                   instr(json_extract(attr, '$.recovery_email'), '@') + 1))
      FROM tenant)
SELECT c.tenant,
       c.id AS subject,
       c.name,
       CASE WHEN c.address IS NULL OR c.address = ''
            THEN 'no recovery address'
            ELSE 'recovered by ' || c.address END AS seen,
       'an address of the customer, the provider or an allowed domain'
           AS wanted,
       c.address
  FROM contact AS c
 WHERE c.address IS NULL
    OR (NOT EXISTS (SELECT 1
                      FROM domain AS d
                     WHERE lower(d.domain) = c.at
                       AND (d.msp = 1 OR d.customer = c.customer))
        AND NOT EXISTS (SELECT 1
                          FROM authorised_owner AS o
                         WHERE o.customer = c.customer
                           AND lower(o.address) = c.address)
        AND (c.at = ''
             OR instr(' ' || lower(:allowed) || ' ', ' ' || c.at || ' ') = 0));
