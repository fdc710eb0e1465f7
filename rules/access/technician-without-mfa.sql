-- SPDX-License-Identifier: Apache-2.0
-- id: technician-without-mfa
-- revision: 1
-- title: Every technician who signs in to the RMM with a password has a
--   second factor
-- why: A technician of the RMM runs programs on the computers of every
--   customer. One guessed password opens them all.
-- severity: critical
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians],
--   resource[ninjaone.technician_sign_in]
-- fix: rmm-technician-sign-in
-- maps: soc2 CC6.1 direct "Shows technicians without a second factor; access
--   is given to known and proven people alone"
-- maps: iso27001 A.5.17 supporting "Shows technicians without a second
--   factor; secrets and sign-ins are looked after"
-- maps: nis2 11.3 supporting "Shows technicians without a second factor;
--   privileged accounts are under control"
-- maps: hipaa 164.312(d) direct "Shows technicians without a second factor;
--   it is known who asks for access"
-- maps: nist80053 AC-6(5) supporting "Shows technicians without a second
--   factor; privileged accounts are for named people"
-- refs: NinjaOne API: mfaConfigured says that at least one method is set up,
--   not which
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- Who comes through single sign-on has the second factor there.  An unknown
-- way to sign in counts as a password, an unknown factor as none.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'second factor ' || coalesce(a.mfa, 'unknown') || ', signs in by '
           || coalesce(s.state, 'unknown means') AS seen,
       'second factor set up, or single sign-on' AS wanted,
       a.email, a.attr ->> '$.administrator' AS administrator
  FROM account AS a
  LEFT JOIN resource AS s
    ON s.tenant = a.tenant AND s.kind = 'sso' AND s.owner = a.id
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(a.mfa, 'unknown') <> 'yes'
   AND coalesce(s.state, 'native') <> 'sso';
