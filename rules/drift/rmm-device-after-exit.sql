-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-device-after-exit
-- revision: 1
-- title: No device of a customer who has left is in the RMM
-- why: Each device that is left can be reached by every technician, and is
--   billed.
-- severity: high
-- per: customer
-- systems: ninjaone
-- needs: agent[ninjaone.devices], customer
-- fix: rmm-organisation-close
-- maps: soc2 CC9.2 supporting "Shows devices that stayed after the exit;
--   what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows devices that stayed after the exit; a
--   cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows devices that stayed after the exit; the
--   end of a service is kept in view"
-- maps: csf2 GV.SC-10 direct "Shows devices that stayed after the exit; the
--   time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows devices that stayed after the exit;
--   outside services are controlled"
-- population:
SELECT a.customer, count(*) AS n
  FROM agent AS a
 WHERE a.customer IS NOT NULL
 GROUP BY a.customer;
-- violations:
-- Decommissioned ones are put aside; a status that is not told is not.
SELECT a.customer,
       a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.id) AS name,
       lower(coalesce(a.attr ->> '$.approvalStatus', 'of unknown status'))
           || ', customer left ' || iso(c.exit_at) AS seen,
       'uninstalled and deleted before the exit' AS wanted,
       a.kind, a.last_seen_at, c.exit_ticket
  FROM agent AS a
  JOIN customer AS c ON c.customer = a.customer
 WHERE c.exit_at <= :now
   AND coalesce(a.attr ->> '$.approvalStatus', '') <> 'DECOMMISSIONED';
