-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-contact-of-leaver
-- revision: 3
-- title: No contact of the RMM is somebody who left
-- why: Tickets, reports and alerts of the former employer are mailed to
--   contacts.
-- severity: low
-- per: fleet
-- systems: ninjaone
-- needs: resource[ninjaone.contacts], alias, person
-- fix: rmm-contact-remove
-- maps: soc2 CC6.2 supporting "Shows contacts who have left; access is taken
--   away when people leave"
-- maps: iso27001 A.5.18 supporting "Shows contacts who have left; rights end
--   with the relation"
-- maps: nist80053 PS-4 supporting "Shows contacts who have left; what ends
--   with the job is ended"
-- population:
SELECT count(*) AS n
  FROM resource AS r;
-- violations:
-- A contact without an address is mailed nothing.  A row per person: an
-- address may have been that of two.
SELECT r.tenant || ' ' || r.id AS subject,
       coalesce(r.name, r.owner, r.id) AS name,
       'contact, left ' || iso(max(p.left_at))
           || CASE WHEN count(*) OVER (PARTITION BY r.tenant, r.id) > 1
                   THEN ' (' || coalesce(p.name, p.id) || ')' ELSE '' END
           AS seen,
       'removed, or another person' AS wanted,
       r.owner AS address, r.parent AS organisation, p.id AS person,
       max(p.left_at) AS left_at
  FROM resource AS r
  JOIN alias AS m ON m.address = lower(r.owner)
  JOIN person AS p ON p.id = m.person
 WHERE p.left_at <= :now
 GROUP BY r.tenant, r.id, p.id;
