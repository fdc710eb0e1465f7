-- SPDX-License-Identifier: Apache-2.0
-- id: blocked-mailbox-forwards-outside
-- revision: 1
-- title: No mailbox of a blocked user forwards to somebody outside
-- why: Whoever left goes on reading what customers and colleagues write to the
--   old address.
-- severity: high
-- per: tenant
-- systems: entra
-- needs: resource[entra.mailbox_rules], domain, tenancy
-- fix: mailbox-forward-end
-- maps: soc2 CC6.2 supporting "Shows mail of blocked users that goes outside;
--   access is taken away when people leave"
-- maps: iso27001 A.5.18 supporting "Shows mail of blocked users that goes
--   outside; rights end with the relation"
-- maps: nist80053 PS-4 supporting "Shows mail of blocked users that goes
--   outside; what ends with the job is ended"
-- refs: Microsoft Graph: messageRule actions forwardTo, redirectTo and
--   forwardAsAttachmentTo
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 GROUP BY r.tenant;
-- violations:
-- A rule that does not say whether it is on is on. What an administrator
-- forwards for the whole mailbox is not seen here.
SELECT r.tenant,
       r.id AS subject,
       coalesce(r.name, r.id) AS name,
       'mail of ' || coalesce(r.parent, '?') || ' goes to '
           || coalesce(r.owner, 'nobody knows where') AS seen,
       'nothing leaves the customer' AS wanted,
       r.owner, r.state
  FROM resource AS r
  LEFT JOIN tenancy AS y ON y.tenant = r.tenant
 WHERE coalesce(r.state, 'on') <> 'off'
   AND NOT EXISTS (
           SELECT 1
             FROM domain AS d
            WHERE (d.customer = y.customer OR d.msp = 1)
              AND coalesce(r.owner, '') LIKE '%@' || d.domain);
