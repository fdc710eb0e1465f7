-- SPDX-License-Identifier: Apache-2.0
-- id: deployment-user-duplicate
-- revision: 1
-- title: No deployment user is listed twice
-- why: Two records of one person split policy and history; only one is taken
--   off when the person leaves.
-- severity: low
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.agent_local_users]
-- fix: deployment-user-clean
-- maps: soc2 CC6.5 supporting "Shows people who are listed twice among the
--   users of devices, so that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows people who are listed twice among the
--   users of devices; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows people who are listed twice among the
--   users of devices; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows people who are listed twice
--   among the users of devices, part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows people who are listed twice among
--   the users of devices; the inventory follows what is installed"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'deployment_user'
 GROUP BY tenant;
-- violations:
-- The record that was seen last is kept and the others are listed; never
-- seen is oldest.  A record without login and directory id cannot be
-- compared and is listed too.
SELECT o.tenant,
       o.id AS subject,
       coalesce(o.name, o.owner, o.id) AS name,
       CASE WHEN k.id IS NULL THEN 'neither login nor directory id'
            ELSE 'also record ' || max(k.id) || ', seen '
                || coalesce(iso(max(k.last_seen_at)), 'never') END AS seen,
       'one record per person, the one seen last' AS wanted,
       o.owner AS login, o.last_seen_at, max(k.id) AS keep
  FROM resource AS o
  LEFT JOIN resource AS k
    ON k.tenant = o.tenant AND k.kind = o.kind AND k.id <> o.id
   AND (lower(k.owner) = lower(o.owner)
        OR nullif(k.attr ->> '$.user_remote_id', '')
           = o.attr ->> '$.user_remote_id')
   AND (coalesce(k.last_seen_at, 0) > coalesce(o.last_seen_at, 0)
        OR (coalesce(k.last_seen_at, 0) = coalesce(o.last_seen_at, 0)
            AND k.id > o.id))
 WHERE o.kind = 'deployment_user'
   AND (k.id IS NOT NULL
        OR (o.owner IS NULL
            AND nullif(o.attr ->> '$.user_remote_id', '') IS NULL))
 GROUP BY o.tenant, o.id;
