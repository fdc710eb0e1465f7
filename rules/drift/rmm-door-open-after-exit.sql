-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-door-open-after-exit
-- revision: 1
-- title: No organisation of a customer who has left lets new devices in
-- why: Where approval is automatic, an installer that lies around at the
--   former customer brings his computers back under our management.
-- severity: high
-- per: fleet
-- systems: ninjaone
-- needs: tenant[ninjaone.organizations], tenancy, customer
-- fix: rmm-organisation-close
-- maps: soc2 CC9.2 supporting "Shows organisations that still approve
--   devices by themselves; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows organisations that still approve
--   devices by themselves; a cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows organisations that still approve devices
--   by themselves; the end of a service is kept in view"
-- maps: csf2 GV.SC-10 direct "Shows organisations that still approve devices
--   by themselves; the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows organisations that still approve
--   devices by themselves; outside services are controlled"
-- population:
SELECT count(*) AS n
  FROM tenant;
-- violations:
-- A mode that is not told counts as automatic.
SELECT o.of_system || '/' || o.id AS subject,
       coalesce(o.name, o.id) AS name,
       'approval ' || lower(coalesce(o.attr ->> '$.nodeApprovalMode',
                                     'unknown'))
           || ', customer left ' || iso(c.exit_at) AS seen,
       'approval by hand, or rejection' AS wanted,
       c.customer AS left_customer, c.exit_ticket
  FROM tenant AS o
  JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
  JOIN customer AS c ON c.customer = y.customer
 WHERE c.exit_at <= :now
   AND coalesce(o.attr ->> '$.nodeApprovalMode', 'AUTOMATIC') = 'AUTOMATIC';
