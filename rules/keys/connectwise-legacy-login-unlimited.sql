-- SPDX-License-Identifier: Apache-2.0
-- id: connectwise-legacy-login-unlimited
-- revision: 1
-- title: No login of the old PSA interface reaches everything
-- why: Integrator logins of the SOAP interface know no roles, no second factor
--   and no expiry: one password for all customers.
-- severity: high
-- per: fleet
-- systems: connectwise-psa
-- needs: credential[connectwise-psa.integrator_logins]
-- fix: connectwise-legacy-login
-- maps: soc2 CC6.1 supporting "Shows logins of the old interface that reach
--   everything, so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows logins of the old interface that reach
--   everything; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows logins of the old interface that reach
--   everything in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows logins of the old interface that
--   reach everything, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows logins of the old interface that reach
--   everything; authenticators are managed"
-- refs: ConnectWise PSA API: canAccessAllApisFlag and canAccessAllRecordsFlag
--   of an integrator login
-- population:
SELECT count(*) AS n
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired');
-- violations:
-- What is not said counts as reached, an unknown state as in use.
SELECT c.tenant || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN coalesce(c.attr ->> '$.canAccessAllApisFlag', 1) <> 0
            THEN 'all interfaces' ELSE 'one or some interfaces' END
           || CASE WHEN coalesce(c.attr ->> '$.canAccessAllRecordsFlag', 1)
                        <> 0
                   THEN ', all records' ELSE ', own records' END AS seen,
       'an API member with a role, or the interfaces that are used'
           AS wanted,
       c.owner
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND coalesce(c.attr ->> '$.canAccessAllApisFlag', 1) <> 0;
