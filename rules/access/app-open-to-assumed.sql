-- SPDX-License-Identifier: Apache-2.0
-- id: app-open-to-assumed
-- revision: 1
-- title: No application lets an administrator in as a user
-- why: A helper who may take over an account gets into the application too,
--   and acts there in the name of the user.
-- severity: low
-- per: tenant
-- systems: onelogin
-- needs: resource[onelogin.apps]
-- fix: outside-access-close
-- maps: soc2 CC6.3 direct "Shows applications that can be entered in another
--   name; so that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows applications that can be entered in
--   another name; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows applications that can be entered in another
--   name; among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows applications that can be
--   entered in another name; for the review of access"
-- maps: nist80053 AC-6(5) supporting "Shows applications that can be entered
--   in another name; among privileged accounts"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 GROUP BY tenant;
-- violations:
-- What is not said counts as open.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.name, s.id) AS name,
       CASE WHEN s.attr ->> '$.allow_assumed_signin' IS NULL
            THEN 'not known' ELSE 'allowed' END AS seen,
       'not allowed' AS wanted
  FROM resource AS s
 WHERE coalesce(s.attr ->> '$.allow_assumed_signin', 1) <> 0;
