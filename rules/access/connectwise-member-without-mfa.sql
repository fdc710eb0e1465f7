-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-member-without-mfa
-- revision: 1
-- title: Every PSA member who signs in with a password has a second factor
-- why: The PSA holds the contacts, passwords in notes and the billing of every
--   customer behind one password.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: account[connectwise-psa.members]
-- fix: connectwise-mfa
-- maps: soc2 CC6.1 direct "Shows members without a second factor; access is
--   given to proven people alone"
-- maps: iso27001 A.5.17 supporting "Shows members without a second factor;
--   sign-ins are looked after"
-- maps: nis2 11.3 supporting "Shows members without a second factor among
--   administration accounts"
-- maps: hipaa 164.312(d) direct "Shows members without a second factor; who
--   asks for access is proven"
-- maps: nist80053 IA-5 supporting "Shows members without a second factor;
--   authenticators are managed"
-- refs: ConnectWise PSA API: timebasedOneTimePasswordActivated,
--   authenticationServiceType and ssoSettings of a member
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.class, 'unknown') <> 'service'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- Who is linked to single sign-on has the second factor there, and a named
-- service is one.  An unknown factor is none, an unknown state is active, an
-- unknown licence is that of a human.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.login, a.id) AS name,
       'second factor ' || coalesce(a.mfa, 'unknown')
           || ', no single sign-on' AS seen,
       'second factor set up, or single sign-on' AS wanted,
       a.email, a.login, a.last_seen_at
  FROM account AS a
 WHERE coalesce(a.class, 'unknown') <> 'service'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(a.mfa, 'unknown') <> 'yes'
   AND coalesce(a.attr ->> '$.has_sso', 0) = 0
   AND coalesce(a.attr ->> '$.authenticationServiceType', '') = '';
