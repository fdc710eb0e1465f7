-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-on-device
-- revision: 3
-- title: Nobody who left is signed in on a protected device
-- why: The account may be off and the person still at the keyboard, of a
--   device that should have come back.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: agent[dnsfilter.user_agents], resource[dnsfilter.agent_local_users],
--   person, alias
-- fix: device-return
-- maps: soc2 CC6.2 direct "Shows people who left and were seen on a device
--   since, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows people who left and were seen on a
--   device since; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows people who left and were seen on a device
--   since after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows people who left and were seen
--   on a device since; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows people who left and were seen on a device
--   since of people who left"
-- population:
SELECT tenant, sum(n) AS n
  FROM (SELECT tenant, count(*) AS n
          FROM agent
         WHERE user IS NOT NULL
         GROUP BY tenant
        UNION ALL
        SELECT tenant, count(*)
          FROM resource
         WHERE kind = 'deployment_user'
         GROUP BY tenant)
 GROUP BY tenant;
-- violations:
-- A full address decides; a bare login only in a tenancy of the employer.
-- No user name means that nobody is signed in; no time of last contact
-- counts as a contact.  Whose of several leavers a shared login is, nobody can
-- tell: it is one finding, with a row for each of them.
WITH login(tenant, customer, subject, name, login, last_seen_at, device) AS (
    SELECT tenant, customer, 'agent ' || id, coalesce(name, id), lower(user),
           last_seen_at, coalesce(name, id)
      FROM agent
     WHERE user IS NOT NULL
    UNION ALL
    SELECT tenant, customer, 'user ' || id, coalesce(name, owner, id),
           lower(owner), last_seen_at, NULL
      FROM resource
     WHERE kind = 'deployment_user' AND owner IS NOT NULL),
gone(address, person, name, employer, left_at) AS (
    SELECT m.address, p.id, p.name, p.employer, p.left_at
      FROM alias AS m
      JOIN person AS p ON p.id = m.person
     WHERE p.left_at <= :now),
used(tenant, subject, name, login, last_seen_at, device, person, who,
     left_at) AS (
    SELECT u.tenant, u.subject, u.name, u.login, u.last_seen_at, u.device,
           g.person, coalesce(g.name, g.person), min(g.left_at)
      FROM login AS u
      JOIN gone AS g
        ON g.address = u.login
        OR (g.address = substr(u.login, instr(u.login, '\') + 1)
            AND g.employer = u.customer)
     WHERE (instr(g.address, '@') > 0 OR g.employer = u.customer)
       AND (u.last_seen_at IS NULL OR u.last_seen_at > g.left_at)
     GROUP BY u.tenant, u.subject, g.person)
SELECT tenant,
       subject,
       name,
       login || ' seen ' || coalesce(iso(last_seen_at), 'at an unknown time')
           || ', left ' || iso(min(left_at) OVER every)
           || CASE WHEN count(*) OVER every > 1
                   THEN ', may be ' || substr(group_concat(who, ' or ')
                                              OVER every, 1, 300)
                   ELSE '' END AS seen,
       'signed out, device returned' AS wanted,
       person, left_at, device, last_seen_at
  FROM used
WINDOW every AS (PARTITION BY tenant, subject ORDER BY who, person
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
