-- SPDX-License-Identifier: Apache-2.0
-- id: owner-not-authorised
-- revision: 3
-- title: Nobody holds the highest role without being on the list of owners
-- why: Who owns a tenancy can give it away. The list says who may; anybody
--   else came there by accident or by choice of his own.
-- severity: high
-- per: tenant
-- systems: printix, dnsfilter, okta, onelogin, google
-- needs: account, role, authorised_owner
-- fix: owner-review
-- maps: soc2 CC6.3 direct "Shows owners who are not authorised, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows owners who are not authorised; few people
--   hold powerful rights"
-- maps: nis2 11.3 direct "Shows owners who are not authorised among privileged
--   accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows owners who are not
--   authorised for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows owners who are not authorised among
--   the holders of privileged roles"
-- population:
SELECT tenant, count(DISTINCT account) AS n
  FROM role
 WHERE role IN ('owner', 'SYSTEM_MANAGER')
    OR attr ->> '$.type' = 'SUPER_ADMIN'
    OR coalesce(attr ->> '$.super_admin', '') IN (1, '1', 'true', 'yes')
 GROUP BY tenant;
-- violations:
-- Without an address, or in a tenancy that nobody claims, nobody is
-- authorised, and neither is a group.  A hidden state counts as able to sign
-- in.  Roles may come from another listing than accounts do.
WITH held(tenant, customer, account, role, scope) AS MATERIALIZED (
    SELECT tenant, customer, account, role, scope
      FROM role
     WHERE role IN ('owner', 'SYSTEM_MANAGER')
        OR attr ->> '$.type' = 'SUPER_ADMIN'
        OR coalesce(attr ->> '$.super_admin', '') IN (1, '1', 'true', 'yes')),
holder(tenant, id, name, email, login, state) AS MATERIALIZED (
    SELECT a.tenant, a.id, a.name, a.email, a.login, a.state
      FROM (SELECT DISTINCT tenant, account FROM held) AS h
     CROSS JOIN account AS a
        ON a.tenant = h.tenant AND a.id = h.account)
SELECT r.tenant,
       r.account AS subject,
       max(coalesce(a.name, a.email, a.login, r.account)) AS name,
       max('holds ' || r.role || ' as '
           || coalesce(a.email, a.login, 'an account without address'))
           AS seen,
       'an owner on the list, or a lower role' AS wanted,
       max(a.email) AS email, max(a.state) AS state, max(r.scope) AS scope
  FROM held AS r
  LEFT JOIN holder AS a
    ON a.tenant = r.tenant AND a.id = r.account
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND NOT EXISTS (SELECT 1
                     FROM authorised_owner AS o
                    WHERE o.customer = r.customer
                      AND lower(o.address) = coalesce(a.email, a.login))
 GROUP BY r.tenant, r.account;
