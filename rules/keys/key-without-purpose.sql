-- SPDX-License-Identifier: Apache-2.0
-- id: key-without-purpose
-- revision: 1
-- title: Every key and application says what it is for
-- why: A key named "test" cannot be revoked without fear, so it is not.
-- severity: low
-- per: tenant
-- systems: dnsfilter, printix
-- needs: credential[dnsfilter-portal.api_keys|printix-portal.applications]
-- param: vague "^(test|tmp|temp|new|old|api|key|api ?key|my ?key|untitled)?[
--   _-]*[0-9]*$" "Names that say nothing"
-- fix: key-describe
-- maps: soc2 CC6.1 supporting "Shows keys that nobody can name a use of, so
--   that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys that nobody can name a use of;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows keys that nobody can name a use of in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that nobody can name a use of,
--   who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that nobody can name a use of;
--   authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM credential
 GROUP BY tenant;
-- violations:
-- A purpose or a name that is missing is a violation.
SELECT c.tenant,
       c.id AS subject,
       coalesce(c.name, c.id) AS name,
       CASE WHEN trim(coalesce(c.attr ->> '$.purpose', '')) = ''
            THEN 'no purpose' ELSE 'name says nothing' END AS seen,
       'named after its integration, with a purpose' AS wanted,
       c.owner, c.owner_email, c.created_at
  FROM credential AS c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND (trim(coalesce(c.attr ->> '$.purpose', '')) = ''
        OR regexpi(:vague, coalesce(c.name, '')));
