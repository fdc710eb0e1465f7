-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-work-of-removed-technician
-- revision: 1
-- title: No open checklist or exit ticket of the RMM is given to somebody who
--   is gone
-- why: Work that belongs to nobody is not done, and an exit that waits for it
--   never ends.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: resource[ninjaone.checklists ninjaone.ticket_owners],
--   account[ninjaone.technicians]
-- fix: rmm-work-reassign
-- maps: soc2 CC4.1 supporting "Shows open work in the hands of technicians who
--   are gone; what was done is looked at by others"
-- maps: iso27001 A.6.5 supporting "Shows open work in the hands of technicians
--   who are gone; duties at the end of a job are carried out"
-- maps: nist80053 PS-4 supporting "Shows open work in the hands of technicians
--   who are gone in the work that ends access"
-- population:
SELECT count(*) AS n
  FROM resource AS r
 WHERE r.kind IN ('list', 'list_entry')
   AND coalesce(r.state, 'open') <> 'closed';
-- violations:
-- What is given to nobody is another matter. Work that does not say whether it
-- is done is open; a technician in an unknown state is here.
SELECT r.dataset || ' ' || r.id AS subject,
       coalesce(r.name, r.id) AS name,
       'given to ' || CASE WHEN a.id IS NULL THEN 'technician ' || r.owner
                           ELSE coalesce(a.name, a.id) END
           || CASE WHEN r.attr ->> '$.owner_deleted' = 1 THEN ', deleted'
                   WHEN a.id IS NULL THEN ', who is in no list'
                   ELSE ', ' || a.state END AS seen,
       'given to somebody who is here' AS wanted,
       r.owner, r.parent
  FROM resource AS r
  LEFT JOIN account AS a ON a.tenant = r.tenant AND a.id = r.owner
 WHERE r.kind IN ('list', 'list_entry')
   AND r.owner IS NOT NULL
   AND coalesce(r.state, 'open') <> 'closed'
   AND (r.attr ->> '$.owner_deleted' = 1 OR a.id IS NULL
        OR coalesce(a.state, 'unknown') IN ('disabled', 'deleted',
                                            'expired'));
