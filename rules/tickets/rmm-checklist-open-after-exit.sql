-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-checklist-open-after-exit
-- revision: 1
-- title: No checklist of a customer who has left is open in the RMM
-- why: What was to be done for the exit was not, or nobody said that it was.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: resource[ninjaone.checklists], tenancy, customer
-- fix: rmm-checklist-finish
-- maps: soc2 CC9.2 supporting "Shows checklists that stayed open after the
--   exit; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows checklists that stayed open after the
--   exit; a service is managed up to its exit"
-- maps: csf2 GV.SC-10 direct "Shows checklists that stayed open after the
--   exit; the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows checklists that stayed open after the
--   exit; outside services are controlled"
-- population:
SELECT count(*) AS n
  FROM resource AS r
 WHERE r.kind = 'list';
-- violations:
-- A checklist that does not say whether it is done is open.
SELECT r.tenant || ' ' || r.id AS subject,
       coalesce(r.name, r.id) AS name,
       'open, customer left ' || iso(c.exit_at) AS seen,
       'done, or archived with a reason' AS wanted,
       r.owner, c.exit_ticket
  FROM resource AS r
  JOIN tenancy AS y ON y.system = r.system AND y.id = r.parent
  JOIN customer AS c ON c.customer = y.customer
 WHERE r.kind = 'list'
   AND c.exit_at <= :now
   AND coalesce(r.state, 'open') <> 'closed'
   AND coalesce(r.attr ->> '$.archived', 0) <> 1;
