-- SPDX-License-Identifier: Apache-2.0
-- id: integration-owner-departed
-- revision: 3
-- title: No integration or data export belongs to somebody who left
-- why: Data flows out through an integration night after night; when its owner
--   is gone nobody knows where to, and nobody stops it.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter-portal.integrations], person, alias
-- fix: integration-owner
-- maps: soc2 CC6.1 supporting "Shows integrations whose owner left, so that
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows integrations whose owner left; secrets
--   are looked after through their life"
-- maps: nis2 9.2.c supporting "Shows integrations whose owner left in the life
--   of keys"
-- maps: hipaa 164.312(d) supporting "Shows integrations whose owner left, who
--   or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows integrations whose owner left;
--   authenticators are managed"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'integration'
 GROUP BY tenant;
-- violations:
-- No owner is a violation, and an unknown state counts as running.  A row per
-- person: an address may have been that of two.
WITH gone(address, person, who, left_at) AS (
    SELECT m.address, p.id, coalesce(p.name, p.id), p.left_at
      FROM alias AS m
      JOIN person AS p ON p.id = m.person
     WHERE p.left_at <= :now)
SELECT i.tenant,
       i.id AS subject,
       coalesce(i.name, i.id) AS name,
       CASE WHEN i.owner IS NULL THEN 'no owner'
            ELSE 'owner ' || i.owner || ' left ' || iso(g.left_at)
                || CASE WHEN count(*) OVER (PARTITION BY i.tenant, i.id) > 1
                        THEN ' (' || g.who || ')' ELSE '' END END AS seen,
       'an owner who is here' AS wanted,
       i.owner, i.state, g.person, g.left_at
  FROM resource AS i
  LEFT JOIN gone AS g ON g.address = lower(i.owner)
 WHERE i.kind = 'integration'
   AND lower(coalesce(i.state, 'unknown')) NOT IN ('off', 'disabled',
           'inactive', 'removed', 'deleted')
   AND (i.owner IS NULL OR g.address IS NOT NULL);
