-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-licence-renews-after-exit
-- revision: 1
-- title: No software licence renews itself for a customer who has left
-- why: It is billed for another term, and nobody uses it.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: subscription[ninjaone.licence], tenancy, customer
-- fix: rmm-licence-end
-- maps: soc2 CC9.2 supporting "Shows licences that renew themselves after
--   the exit; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows licences that renew themselves after
--   the exit; a cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows licences that renew themselves after the
--   exit; the end of a service is kept in view"
-- maps: csf2 GV.SC-10 direct "Shows licences that renew themselves after the
--   exit; the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows licences that renew themselves
--   after the exit; outside services are controlled"
-- population:
SELECT count(*) AS n
  FROM subscription;
-- violations:
-- A renewal that is not told counts as automatic.
SELECT s.tenant || ' ' || s.id || ' ' || y.id AS subject,
       coalesce(s.product, s.id) AS name,
       'renews by itself for ' || coalesce(y.name, y.id)
           || ', which left ' || iso(c.exit_at) AS seen,
       'ended with the exit' AS wanted,
       s.seats_bought, s.term, s.ends_at, c.exit_ticket
  FROM subscription AS s
  JOIN tenancy AS y
    ON y.system = s.system
   AND ' ' || coalesce(s.attr ->> '$.organization_ids', '') || ' '
       LIKE '% ' || y.id || ' %'
  JOIN customer AS c ON c.customer = y.customer
 WHERE c.exit_at <= :now
   AND coalesce(s.attr ->> '$.auto_renewal', 'yes') <> 'no'
   AND (s.ends_at IS NULL OR s.ends_at > c.exit_at);
