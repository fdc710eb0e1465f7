-- SPDX-License-Identifier: Apache-2.0
-- id: guest-without-end
-- revision: 1
-- title: Every guest has an end date that lies ahead
-- why: A guest without an end stays for ever, and one whose end has passed
--   shows that nobody cleans up.
-- severity: medium
-- per: tenant
-- systems: printix
-- needs: account[printix.users]
-- fix: guest-end
-- maps: soc2 CC6.2 supporting "Shows guests without an end, so that only known
--   people keep access"
-- maps: iso27001 A.5.16 supporting "Shows guests without an end in the life of
--   identities"
-- maps: nis2 11.5 supporting "Shows guests without an end in the life of
--   identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows guests without an end for
--   the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows guests without an end, accounts
--   that should be switched off"
-- refs: Printix Cloud Print API, users: expirationTimestamp is null when a
--   guest has no expiry
-- population:
SELECT tenant, count(*) AS n
  FROM account
 WHERE class = 'guest'
 GROUP BY tenant;
-- violations:
-- No date counts as no end.  The portal's file knows no end dates and is not
-- asked.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       CASE WHEN a.expires_at IS NULL THEN 'no end date'
            ELSE 'ended ' || iso(a.expires_at) END AS seen,
       'an end date ahead, or the guest removed' AS wanted,
       a.email, a.created_at, a.expires_at
  FROM account AS a
 WHERE a.class = 'guest'
   AND (a.expires_at IS NULL OR a.expires_at <= :now);
