-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-api-member-administrator
-- revision: 1
-- title: No API member of the PSA has the role of an administrator
-- why: An integration needs a few modules. With an administrator's role, one
--   leaked key may change members, roles and every customer's record.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: credential[connectwise-psa.api_members],
--   resource[connectwise-psa.security_roles]
-- fix: connectwise-api-role
-- maps: soc2 CC6.3 direct "Shows integrations with the role of an
--   administrator; access is no more than is needed"
-- maps: iso27001 A.8.2 direct "Shows integrations with the role of an
--   administrator; privileged rights are limited"
-- maps: nis2 11.3 supporting "Shows integrations with the role of an
--   administrator among privileged accounts"
-- maps: nist80053 AC-6(5) direct "Shows integrations with the role of an
--   administrator; privileged roles are limited"
-- refs: ConnectWise PSA API: adminFlag of the security role
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- A role that is in no list, or does not say, counts as an administrator's.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       'role ' || coalesce(c.scopes, r.name, 'unknown')
           || CASE WHEN r.attr ->> '$.adminFlag' IS NULL
                   THEN ', whose powers are unknown'
                   ELSE ', an administrator''s' END AS seen,
       'a role with the modules that the integration uses' AS wanted,
       c.owner_email
  FROM credential AS c
  LEFT JOIN resource AS r
    ON r.tenant = c.tenant AND r.kind = 'policy'
   AND r.id = CAST(c.attr ->> '$.role_id' AS TEXT)
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND coalesce(r.attr ->> '$.adminFlag', 1) <> 0;
