-- SPDX-License-Identifier: Apache-2.0
-- id: partner-invitation-open
-- revision: 1
-- title: No invitation to the Partner Portal stays open
-- why: An invitation gives full access to whoever opens the mail. It is valid
--   for three days; older ones show that nobody knows who was meant.
-- severity: low
-- per: fleet
-- systems: printix-partner
-- needs: account@msp[printix-portal.partner_users]
-- param: hours 72 "Hours for which an invitation is valid"
-- fix: invitation-withdraw
-- maps: soc2 CC6.2 supporting "Shows invitations that nobody has taken up, so
--   that only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows invitations that nobody has taken up
--   in the life of identities"
-- maps: nis2 11.5 supporting "Shows invitations that nobody has taken up in
--   the life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows invitations that nobody
--   has taken up for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows invitations that nobody has taken
--   up, accounts that should be switched off"
-- refs: Printix Partner Portal: a question mark is a pending invitation, valid
--   for 72 hours
-- population:
SELECT count(*) AS n
  FROM account;
-- violations:
-- The portal gives no date: an invitation is as old as our first sight of it.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'invited, first seen ' || coalesce(iso(a.first_seen_at),
           'at an unknown time') AS seen,
       'taken up or withdrawn within ' || :hours || ' hours' AS wanted,
       a.email, a.first_seen_at
  FROM account AS a
 WHERE a.state = 'invited'
   AND coalesce(a.first_seen_at, 0) <= :now - :hours * 3600;
