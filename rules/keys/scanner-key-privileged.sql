-- SPDX-License-Identifier: Apache-2.0
-- id: scanner-key-privileged
-- revision: 1
-- title: exitproof's own key does not belong to an owner or super
--   administrator
-- why: The scanner reads only. A key with the rights of an owner in its hands
--   is a risk without a use.
-- severity: medium
-- per: fleet
-- systems: dnsfilter
-- needs: resource@msp[dnsfilter.current_user], role@msp[dnsfilter.users],
--   coverage
-- fix: scanner-user
-- maps: soc2 CC6.1 supporting "Shows what the key of the scanner itself may
--   do, so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows what the key of the scanner itself may
--   do; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows what the key of the scanner itself may do
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows what the key of the scanner itself
--   may do, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows what the key of the scanner itself may
--   do; authenticators are managed"
-- refs: DNSFilter help: owners should not have keys
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE kind = 'activity';
-- violations:
-- A scanner whose role is in no list that was read completely is listed too:
-- what it may do is unknown.
SELECT s.tenant || ' ' || s.id AS subject,
       coalesce(s.attr ->> '$.email', s.id) AS name,
       'role ' || coalesce(r.role, 'in no list of users') AS seen,
       'a service user with the lowest role that reads' AS wanted,
       r.role, s.tenant AS tenancy
  FROM resource AS s
  LEFT JOIN role AS r ON r.tenant = s.tenant AND r.account = s.owner
 WHERE s.kind = 'activity'
   AND CASE WHEN r.role IS NOT NULL
            THEN r.role IN ('owner', 'super_administrator')
            ELSE NOT EXISTS (SELECT 1
                               FROM coverage AS v
                              WHERE v.tenant = s.tenant
                                AND v.dataset = 'dnsfilter.users'
                                AND (v.status <> 'complete' OR v.stale = 1))
            END;
