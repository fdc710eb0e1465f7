-- SPDX-License-Identifier: Apache-2.0
-- id: technician-password-beside-sso
-- revision: 2
-- title: No technician keeps a password where others use single sign-on
-- why: A password goes around the identity provider: switching somebody off
--   there does not switch him off here.
-- severity: medium
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians],
--   resource[ninjaone.technician_sign_in], declared
-- fix: rmm-technician-sign-in
-- maps: soc2 CC6.1 direct "Shows technicians with a password of their own;
--   access is given to known and proven people alone"
-- maps: iso27001 A.5.17 supporting "Shows technicians with a password of
--   their own; secrets and sign-ins are looked after"
-- maps: nis2 11.3 supporting "Shows technicians with a password of their
--   own; privileged accounts are under control"
-- maps: hipaa 164.312(d) direct "Shows technicians with a password of their
--   own; it is known who asks for access"
-- maps: nist80053 AC-6(5) supporting "Shows technicians with a password of
--   their own; privileged accounts are for named people"
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND EXISTS (SELECT 1
                 FROM resource AS s
                WHERE s.tenant = a.tenant AND s.kind = 'sso'
                  AND coalesce(s.state, 'sso') = 'sso');
-- violations:
-- One technician with single sign-on makes it the rule of the house.  An
-- unknown way to sign in counts as a password.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'signs in by ' || coalesce(s.state, 'unknown means') AS seen,
       'single sign-on, or declared as break-glass' AS wanted,
       a.email, s.attr ->> '$.scimUser' AS scim
  FROM account AS a
  LEFT JOIN resource AS s
    ON s.tenant = a.tenant AND s.kind = 'sso' AND s.owner = a.id
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(s.state, 'native') <> 'sso'
   AND EXISTS (SELECT 1
                 FROM resource AS o
                WHERE o.tenant = a.tenant AND o.kind = 'sso'
                  AND coalesce(o.state, 'sso') = 'sso')
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = lower(a.email)
                      AND e.class IN ('breakglass', 'service'));
