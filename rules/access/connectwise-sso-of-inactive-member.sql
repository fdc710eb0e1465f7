-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-sso-of-inactive-member
-- revision: 1
-- title: No single sign-on identity outlives its PSA member
-- why: Making a member inactive leaves the identity behind it. When the member
--   is made active again, or the identity is linked anew, the former owner
--   signs in.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: account[connectwise-psa.members connectwise-psa.sso_users]
-- fix: connectwise-sso-end
-- maps: soc2 CC6.2 direct "Shows identities left when their member was made
--   inactive; access ends with the job"
-- maps: iso27001 A.5.18 direct "Shows identities left behind; access rights
--   are removed when people leave"
-- maps: nis2 10.3 supporting "Shows identities that stay after a person left
--   or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) supporting "Shows identities that stay
--   after the end of a job"
-- maps: nist80053 PS-4 direct "Shows identities that stay of members who were
--   made inactive"
-- refs: ConnectWise PSA API: linkedMember and disabledFlag of a single sign-on
--   user
-- population:
SELECT count(*) AS n
  FROM account AS s
 WHERE s.dataset = 'connectwise-psa.sso_users'
   AND coalesce(s.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- An identity that is linked to no member is a violation too; one in an
-- unknown state counts as able to sign in.
SELECT s.tenant || ' ' || s.id AS subject,
       coalesce(s.name, s.email, s.id) AS name,
       CASE WHEN s.attr ->> '$.member' IS NULL THEN 'linked to no member'
            WHEN m.id IS NULL
            THEN 'linked to member ' || (s.attr ->> '$.member')
                || ', who does not exist'
            ELSE 'linked to ' || coalesce(m.login, m.id) || ', who is '
                || m.state END AS seen,
       'disabled, or linked to an active member' AS wanted,
       s.email, m.id AS member
  FROM account AS s
  LEFT JOIN account AS m
    ON m.tenant = s.tenant AND m.dataset = 'connectwise-psa.members'
   AND m.id = CAST(s.attr ->> '$.member' AS TEXT)
 WHERE s.dataset = 'connectwise-psa.sso_users'
   AND coalesce(s.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND (m.id IS NULL OR coalesce(m.state, 'unknown') IN ('disabled',
            'deleted', 'expired'));
