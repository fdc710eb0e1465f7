-- SPDX-License-Identifier: Apache-2.0
-- id: hidden-account-at-work
-- revision: 1
-- title: Every print job belongs to an account that the user list shows
-- why: A job of an unknown owner comes from a manager, whom the list hides, or
--   from an account that was deleted and lives on.
-- severity: medium
-- per: tenant
-- systems: printix
-- needs: resource[printix.jobs], account[printix.users],
--   credential[printix-portal.applications], coverage
-- fix: hidden-account
-- maps: soc2 CC6.2 supporting "Shows jobs whose owner is in no list, so that
--   only known people keep access"
-- maps: iso27001 A.5.16 supporting "Shows jobs whose owner is in no list in
--   the life of identities"
-- maps: nis2 11.5 supporting "Shows jobs whose owner is in no list in the life
--   of identities"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows jobs whose owner is in no
--   list for the review of access"
-- maps: nist80053 AC-2(3) supporting "Shows jobs whose owner is in no list,
--   accounts that should be switched off"
-- refs: Printix Cloud Print API: the user list returns the roles USER and
--   GUEST_USER alone; a job of the API is owned by its client id
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'job'
 GROUP BY tenant;
-- violations:
-- The list hides managers, and the portal's file of managers has no ids to
-- compare: each owner is looked up by hand.  A job without an owner is
-- listed.  Nothing is said while the lists were not read completely.
SELECT j.tenant,
       coalesce(j.owner, 'no owner') AS subject,
       coalesce(j.owner, 'no owner') AS name,
       count(*) || ' jobs of an account that is in no list' AS seen,
       'an account that the list shows, or a manager on record' AS wanted,
       max(j.created_at) AS last_job_at
  FROM resource AS j
 WHERE j.kind = 'job'
   AND NOT EXISTS (SELECT 1
                     FROM account AS a
                    WHERE a.tenant = j.tenant AND a.id = j.owner)
   AND NOT EXISTS (SELECT 1
                     FROM credential AS c
                    WHERE c.tenant = j.tenant
                      AND c.attr ->> '$.client_id_last4'
                          = substr(j.owner, -4))
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = j.tenant
                      AND v.dataset IN ('printix.users',
                              'printix-portal.applications')
                      AND (v.status <> 'complete' OR v.stale = 1))
 GROUP BY j.tenant, coalesce(j.owner, 'no owner');
