-- SPDX-License-Identifier: Apache-2.0
-- id: psa-portal-after-exit
-- revision: 1
-- title: Nobody of a customer who has left can sign in to the portal of the
--   PSA
-- why: The portal shows tickets, machines and contracts, and takes orders.
-- severity: high
-- per: fleet
-- systems: autotask
-- needs: account[autotask.portal_users autotask.contacts], customer
-- fix: psa-portal-end
-- maps: soc2 CC9.2 supporting "Shows portal sign-ins that stayed after the
--   exit; what ended with a relation"
-- maps: iso27001 A.5.23 direct "Shows portal sign-ins that stayed after the
--   exit; a service is managed up to its exit"
-- maps: csf2 GV.SC-10 direct "Shows portal sign-ins that stayed after the
--   exit; the time after the contract is planned"
-- maps: nist80053 SA-9 supporting "Shows portal sign-ins that stayed after the
--   exit; outside services are controlled"
-- refs: Autotask REST API: ClientPortalUsers has contactID and
--   isClientPortalActive
-- population:
SELECT count(*) AS n
  FROM account AS u
 WHERE u.dataset = 'autotask.portal_users';
-- violations:
-- A sign-in that does not say so works. One whose contact is in no list
-- belongs to nobody known.
SELECT u.tenant || ' ' || u.id AS subject,
       coalesce(p.name, u.login, u.id) AS name,
       'portal sign-in ' || coalesce(u.state, 'in unknown state')
           || CASE WHEN p.id IS NULL THEN ', of a contact in no list'
                   ELSE ', customer left ' || iso(c.exit_at) END AS seen,
       'switched off' AS wanted,
       u.login, c.exit_ticket
  FROM account AS u
  LEFT JOIN account AS p
    ON p.system = u.system AND p.dataset = 'autotask.contacts'
   AND p.id = CAST(u.attr ->> '$.contact' AS TEXT)
  LEFT JOIN customer AS c ON c.customer = p.customer
 WHERE u.dataset = 'autotask.portal_users'
   AND coalesce(u.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND (p.id IS NULL OR c.exit_at <= :now);
