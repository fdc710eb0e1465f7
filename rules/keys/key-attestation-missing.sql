-- SPDX-License-Identifier: Apache-2.0
-- id: key-attestation-missing
-- revision: 1
-- title: Every privileged dashboard user has said which keys he holds
-- why: Nobody but its owner can list a key. A privileged user who was never
--   asked is a blind spot, not an absence of keys.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: account[dnsfilter.users], role[dnsfilter.users],
--   resource[dnsfilter-portal.api_keys|dnsfilter-portal.api_keys_json]
-- fix: key-attest
-- maps: soc2 CC6.1 supporting "Shows privileged users whose keys nobody knows,
--   so that credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows privileged users whose keys nobody
--   knows; secrets are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows privileged users whose keys nobody knows
--   in the life of keys"
-- maps: hipaa 164.312(d) supporting "Shows privileged users whose keys nobody
--   knows, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows privileged users whose keys nobody knows;
--   authenticators are managed"
-- refs: DNSFilter API: GET /v1/api_keys answers with the keys of the caller
--   alone
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
-- A user without an address can be attested by id alone.  An unmapped role
-- counts as privileged.
SELECT a.tenant,
       a.id AS subject,
       max(coalesce(a.name, a.email, a.id)) AS name,
       'no word on keys, role ' || max(r.role) AS seen,
       'keys listed by their owner, or a line that there are none' AS wanted,
       max(a.email) AS email
  FROM account AS a
  JOIN role AS r
    ON r.tenant = a.tenant AND r.dataset = a.dataset AND r.account = a.id
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
   AND NOT EXISTS (SELECT 1
                     FROM resource AS w
                    WHERE w.tenant = a.tenant
                      AND w.kind = 'activity'
                      AND w.owner IN (a.id, coalesce(a.email, a.id)))
 GROUP BY a.tenant, a.id;
