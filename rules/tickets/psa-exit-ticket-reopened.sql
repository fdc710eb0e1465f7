-- SPDX-License-Identifier: Apache-2.0
-- id: psa-exit-ticket-reopened
-- revision: 1
-- title: No exit ticket of the PSA that was closed is open again
-- why: Somebody closed the exit too early. Until it is closed again what was
--   left over is still there.
-- severity: medium
-- per: fleet
-- systems: halopsa
-- needs: ticket[halopsa.exit_tickets], resource[halopsa.open_statuses]
-- fix: psa-ticket-finish
-- maps: soc2 CC6.2 supporting "Shows exit tickets that were closed too early;
--   access is taken away when people leave"
-- maps: iso27001 A.8.2 supporting "Shows exit tickets that were closed too
--   early; few hold powerful rights"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows exit tickets that were
--   closed too early; access is reviewed"
-- population:
SELECT count(*) AS n
  FROM ticket AS t
 WHERE t.closed_at IS NOT NULL
    OR t.attr ->> '$.hasbeenclosed' = 1;
-- violations:
-- A ticket may keep its date of closing when it is opened again: the status
-- decides, and one that is not told does not.  What has been deleted is past.
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       'in status ' || coalesce(s.name, s.id)
           || coalesce(', was closed ' || iso(t.closed_at), '') AS seen,
       'closed' AS wanted,
       t.for_customer, t.owner
  FROM ticket AS t
  JOIN resource AS s
    ON s.tenant = t.tenant AND s.kind = 'list'
   AND s.id = CAST(t.attr ->> '$.status_id' AS TEXT)
 WHERE (t.closed_at IS NOT NULL OR t.attr ->> '$.hasbeenclosed' = 1)
   AND coalesce(t.attr ->> '$.deleted', 0) <> 1;
