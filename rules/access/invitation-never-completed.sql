-- SPDX-License-Identifier: Apache-2.0
-- id: invitation-never-completed
-- revision: 1
-- title: Every account has proven its mail address
-- why: An address that was never proven may be mistyped and belong to somebody
--   else, who can still take up the invitation.
-- severity: low
-- per: tenant
-- systems: dnsfilter
-- needs: account[dnsfilter.users]
-- param: days 14 "Days that a new account has to prove its address"
-- fix: invitation-withdraw
-- maps: soc2 CC6.2 supporting "Shows invitations that were never taken up, so
--   that only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows invitations that were never taken up
--   in the life of identities"
-- maps: nis2 11.5 supporting "Shows invitations that were never taken up in
--   the life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows invitations that were
--   never taken up for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows invitations that were never taken
--   up, accounts that should be switched off"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- An answer that was not sent counts as not proven.  Without a creation date
-- an account is as old as our first sight of it.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       CASE WHEN a.attr ->> '$.email_verified' = 0 THEN 'not proven'
            ELSE 'not known whether proven' END || ', made '
           || coalesce(iso(coalesce(a.created_at, a.first_seen_at)),
                  'at an unknown time') AS seen,
       'proven within ' || :days || ' days, or withdrawn' AS wanted,
       a.email, a.created_at
  FROM account AS a
 WHERE coalesce(a.attr ->> '$.email_verified', 0) = 0
   AND coalesce(a.created_at, a.first_seen_at, 0) < :now - :days * 86400;
