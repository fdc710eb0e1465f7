-- SPDX-License-Identifier: Apache-2.0
-- id: administrator-factor-missing
-- revision: 1
-- title: Every administrator has a factor that cannot be asked or mailed away
-- why: A question can be guessed and a mailbox taken over; whoever does it is
--   administrator.
-- severity: high
-- per: tenant
-- systems: okta
-- needs: role[okta.user_roles], resource[okta.factors], account[okta.users],
--   coverage
-- fix: factor-enrol
-- maps: soc2 CC6.1 direct "Shows administrators without a strong second
--   factor; so that access is protected"
-- maps: iso27001 A.5.17 supporting "Shows administrators without a strong
--   second factor; secrets are looked after through their life"
-- maps: nis2 11.3 supporting "Shows administrators without a strong second
--   factor; among administration accounts"
-- maps: hipaa 164.312(d) direct "Shows administrators without a strong second
--   factor; who asks for access is known"
-- maps: nist80053 AC-6(5) supporting "Shows administrators without a strong
--   second factor; among privileged accounts"
-- refs: Okta Management API: factorType and status of a factor
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
-- None is said only when the factors were read to their end.  A factor whose
-- kind or state is not known is none.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       coalesce((SELECT 'only ' || group_concat(f.name, ', ')
                   FROM resource AS f
                  WHERE f.tenant = a.tenant AND f.owner = a.id
                    AND f.state = 'ACTIVE'), 'no factor') AS seen,
       'a factor besides question and mail' AS wanted,
       a.email, a.state
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND EXISTS (SELECT 1
                 FROM role AS r
                WHERE r.tenant = a.tenant AND r.account = a.id
                  AND coalesce(r.privileged, 'unknown') <> 'no')
   AND NOT EXISTS (SELECT 1
                     FROM resource AS f
                    WHERE f.tenant = a.tenant AND f.owner = a.id
                      AND f.state = 'ACTIVE'
                      AND coalesce(f.name, 'email')
                          NOT IN ('question', 'email'))
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = a.tenant AND v.dataset = 'okta.factors'
                      AND (v.status <> 'complete' OR v.stale = 1));
