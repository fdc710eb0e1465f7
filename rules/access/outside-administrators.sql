-- SPDX-License-Identifier: Apache-2.0
-- id: outside-administrators
-- revision: 1
-- title: Neither the vendor nor third parties are let in as administrators
-- why: Access that was opened for one support case stays open for everybody
--   who works there.
-- severity: medium
-- per: tenant
-- systems: okta
-- needs: resource[okta.support_access okta.third_party_admins]
-- fix: outside-access-close
-- maps: soc2 CC6.3 direct "Shows administration that is open to outsiders; so
--   that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows administration that is open to
--   outsiders; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows administration that is open to outsiders;
--   among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows administration that is
--   open to outsiders; for the review of access"
-- maps: nist80053 AC-6(5) supporting "Shows administration that is open to
--   outsiders; among privileged accounts"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 GROUP BY tenant;
-- violations:
-- What is neither off nor ended counts as open.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.name, s.id) AS name,
       'on' || CASE WHEN s.attr ->> '$.expires_at' IS NULL THEN ''
                    ELSE ' until ' || iso(s.attr ->> '$.expires_at') END
           AS seen,
       'off' AS wanted,
       s.state
  FROM resource AS s
 WHERE lower(coalesce(s.state, 'unknown')) NOT IN ('disabled', 'no')
   AND coalesce(s.attr ->> '$.expires_at', :now + 1) > :now;
