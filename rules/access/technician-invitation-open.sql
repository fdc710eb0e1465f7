-- SPDX-License-Identifier: Apache-2.0
-- id: technician-invitation-open
-- revision: 1
-- title: Every technician has accepted the invitation to the RMM
-- why: An invitation that was never accepted waits in a mailbox, perhaps in
--   that of somebody who never came.
-- severity: low
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians]
-- param: days 0 "Days that an invitation may wait"
-- fix: rmm-technician-review
-- maps: soc2 CC6.3 supporting "Shows invitations that nobody accepted;
--   access follows role and need"
-- maps: iso27001 A.5.18 direct "Shows invitations that nobody accepted;
--   access rights are reviewed and removed"
-- maps: nis2 11.2.3 supporting "Shows invitations that nobody accepted;
--   access rights are reviewed at intervals"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows invitations that nobody
--   accepted; access is reviewed and changed"
-- maps: nist80053 AC-2(3) supporting "Shows invitations that nobody
--   accepted; accounts that are unused or unowned end"
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- A status that is not told counts as not accepted.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'invitation '
           || lower(coalesce(a.attr ->> '$.invitationStatus', 'unknown'))
           || ', known since ' || coalesce(iso(a.first_seen_at), 'tonight')
           AS seen,
       'accepted within ' || :days || ' days, or deleted' AS wanted,
       a.email
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(a.attr ->> '$.invitationStatus', '') <> 'REGISTERED'
   AND (coalesce(a.attr ->> '$.invitationStatus', '') = 'EXPIRED'
        OR coalesce(a.first_seen_at, 0) <= :now - :days * 86400);
