-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-backup-of-deleted
-- revision: 1
-- title: No backup is kept of a device that was deleted
-- why: Storage is billed until it is deleted, and it holds the data of a
--   customer who may have left.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: resource[ninjaone.backups ninjaone.device_details]
-- fix: rmm-backup-delete
-- maps: soc2 CC9.2 supporting "Shows backups of devices that are gone; what
--   ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows backups of devices that are gone; a
--   cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows backups of devices that are gone; the end
--   of a service is kept in view"
-- maps: csf2 GV.SC-10 direct "Shows backups of devices that are gone; the
--   time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows backups of devices that are gone;
--   outside services are controlled"
-- refs: NinjaOne API: the backup usage report is the only one that includes
--   deleted devices
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE dataset = 'ninjaone.backups';
-- violations:
SELECT b.tenant || ' ' || b.id AS subject,
       coalesce(b.name, b.id) AS name,
       'backups are kept, the device is in no list' AS seen,
       'deleted with approval, or kept for a stated time' AS wanted,
       b.parent AS organization
  FROM resource AS b
 WHERE b.dataset = 'ninjaone.backups'
   AND NOT EXISTS (SELECT 1
                     FROM resource AS d
                    WHERE d.tenant = b.tenant
                      AND d.dataset = 'ninjaone.device_details'
                      AND d.id = b.id);
