-- SPDX-License-Identifier: Apache-2.0
-- id: guest-never-accepted
-- revision: 1
-- title: No invitation of a guest stays open for months
-- why: Whoever gets hold of the mailbox later can accept it and is in,
--   with all that was prepared for the guest.
-- severity: low
-- per: tenant
-- systems: entra
-- needs: account[entra.users]
-- param: days 90 "Days that an invitation may stay open"
-- fix: guest-remove-entra
-- maps: soc2 CC6.2 supporting "Shows invitations that nobody accepted;
--   so that only known people keep access"
-- maps: iso27001 A.5.16 direct "Shows invitations that nobody accepted;
--   in the life of identities"
-- maps: nis2 11.5 supporting "Shows invitations that nobody accepted;
--   in the life of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows invitations that
--   nobody accepted; for the review of access"
-- maps: nist80053 AC-2(3) direct "Shows invitations that nobody
--   accepted; accounts that should be switched off"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE a.class = 'guest'
    OR a.attr ->> '$.externalUserState' IS NOT NULL
 GROUP BY a.tenant;
-- violations:
-- An invitation without a date is as old as the account, and without that
-- date too old.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'invited ' || coalesce(iso(coalesce(
           a.attr ->> '$.externalUserStateChangeDateTime', a.created_at)),
           'at an unknown time') || ' and never accepted' AS seen,
       'accepted within ' || :days || ' days, or removed' AS wanted,
       a.email, a.created_at
  FROM account AS a
 WHERE a.attr ->> '$.externalUserState' = 'PendingAcceptance'
   AND coalesce(a.attr ->> '$.externalUserStateChangeDateTime',
           a.created_at, 0) <= :now - :days * 86400;
