-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-device-owner-gone
-- revision: 1
-- title: No device belongs to an account that is disabled or gone
-- why: A device whose owner is gone has nobody who would miss it, and its
--   owner may still have it.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: agent[ninjaone.devices], account[ninjaone.technicians
--   ninjaone.end_users]
-- fix: rmm-device-owner
-- maps: soc2 CC6.5 supporting "Shows devices of people who are gone; devices
--   leave service for certain"
-- maps: iso27001 A.5.9 supporting "Shows devices of people who are gone; the
--   list of assets is true"
-- maps: nis2 12.4 supporting "Shows devices of people who are gone; the
--   asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows devices of people who are
--   gone; it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows devices of people who are gone;
--   the inventory follows what is installed"
-- population:
SELECT count(*) AS n
  FROM agent
 WHERE attr ->> '$.assignedOwnerUid' IS NOT NULL;
-- violations:
-- A device without an owner is nobody's; an account whose state is not told
-- counts as here.
SELECT g.tenant || ' ' || g.id AS subject,
       coalesce(g.name, g.id) AS name,
       CASE WHEN a.id IS NULL THEN 'its owner is in no list any more'
            ELSE 'its owner ' || coalesce(a.name, a.email, a.id)
                 || ' is ' || a.state END AS seen,
       'an owner who is here, or none' AS wanted,
       a.email, g.last_seen_at
  FROM agent AS g
  LEFT JOIN account AS a ON a.external_id = g.attr ->> '$.assignedOwnerUid'
 WHERE g.attr ->> '$.assignedOwnerUid' IS NOT NULL
   AND (a.id IS NULL
        OR coalesce(a.state, 'unknown') IN ('disabled', 'deleted', 'expired'))
 GROUP BY g.tenant, g.id;
