-- SPDX-License-Identifier: Apache-2.0
-- id: acted-as-user
-- revision: 1
-- title: Nobody signed in as somebody else lately
-- why: Who acts as a user reads his mail and signs in his name; the log of
--   the application shows the user.
-- severity: high
-- per: tenant
-- systems: onelogin
-- needs: resource[onelogin.assumed], account[onelogin.users]
-- fix: outside-access-close
-- maps: soc2 CC6.3 direct "Shows sign-ins in another name; so that privileged
--   access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows sign-ins in another name; few people
--   hold powerful rights"
-- maps: nis2 11.3 direct "Shows sign-ins in another name; among privileged
--   accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows sign-ins in another
--   name; for the review of access"
-- maps: nist80053 AC-6(5) supporting "Shows sign-ins in another name; among
--   privileged accounts"
-- refs: OneLogin API: assuming_acting_user_id of an event
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
SELECT e.tenant,
       e.id AS subject,
       coalesce(max(u.email), e.name, e.owner, 'a user') AS name,
       coalesce(max(h.email), max(h.login),
                'account ' || (e.attr ->> '$.assuming_acting_user_id'),
                'somebody') || ' acted as this user ' || coalesce(
                iso(e.created_at), 'at an unknown time') AS seen,
       'nobody acts as a user without his word' AS wanted,
       e.owner, e.attr ->> '$.assuming_acting_user_id' AS helper,
       e.attr ->> '$.assumed_by_superadmin_or_reseller' AS outsider
  FROM resource AS e
  LEFT JOIN account AS u ON u.tenant = e.tenant AND u.id = e.owner
  LEFT JOIN account AS h
    ON h.tenant = e.tenant AND h.id = CAST(
           e.attr ->> '$.assuming_acting_user_id' AS TEXT)
 GROUP BY e.tenant, e.id;
