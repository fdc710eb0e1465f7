-- SPDX-License-Identifier: Apache-2.0
-- id: directory-computer-stale
-- revision: 1
-- title: Every computer of the domain was heard of lately
-- why: A computer that is gone keeps its account and its password; whoever
--   has its disk signs in with them.
-- severity: low
-- per: tenant
-- systems: active-directory
-- needs:
--   agent[active-directory.computers|active-directory-export.directory]
-- param: days 90 "Days of silence that are too many; at least 30"
-- fix: directory-computer-end
-- maps: soc2 CC6.5 supporting "Shows computers of the domain that fell
--   silent; devices leave service for certain"
-- maps: iso27001 A.5.9 supporting "Shows computers of the domain that fell
--   silent; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows computers of the domain that fell
--   silent; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows computers of the domain
--   that fell silent; it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows computers of the domain that
--   fell silent; the inventory follows what is there"
-- refs: Microsoft: a computer changes its password every 30 days; clusters
--   and some appliances never do
-- population:
SELECT a.tenant, count(*) AS n
  FROM agent AS a
 WHERE coalesce(a.state, 'unknown') <> 'disabled'
 GROUP BY a.tenant;
-- violations:
-- A date that is missing is as old as can be.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.id) AS name,
       CASE WHEN a.last_seen_at IS NULL THEN 'never signed in'
            ELSE 'last signed in ' || iso(a.last_seen_at) END AS seen,
       'heard of within ' || :days || ' days, or disabled' AS wanted,
       a.os, a.kind, a.last_seen_at
  FROM agent AS a
 WHERE coalesce(a.state, 'unknown') <> 'disabled'
   AND max(coalesce(a.last_seen_at, 0), coalesce(a.created_at, 0),
           coalesce(a.attr ->> '$.pwdLastSet', 0)) <= :now - :days * 86400;
