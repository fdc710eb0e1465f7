-- SPDX-License-Identifier: Apache-2.0
-- id: deployment-user-stale
-- revision: 1
-- title: Every deployment user was seen lately
-- why: A user who has not been on a device for months has left or changed the
--   device; the record keeps a policy alive for nobody.
-- severity: low
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.agent_local_users]
-- param: days 90 "Days after which a deployment user is stale"
-- fix: deployment-user-clean
-- maps: soc2 CC6.5 supporting "Shows users of devices who were not seen for
--   long, so that a device leaves service for certain"
-- maps: iso27001 A.5.9 supporting "Shows users of devices who were not seen
--   for long; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows users of devices who were not seen for
--   long; the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows users of devices who were
--   not seen for long, part of the record of where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows users of devices who were not seen
--   for long; the inventory follows what is installed"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'deployment_user'
 GROUP BY tenant;
-- violations:
-- Never seen counts as long ago once the record is old enough; without a
-- date it is old enough.
SELECT u.tenant,
       u.id AS subject,
       coalesce(u.name, u.owner, u.id) AS name,
       'last seen ' || coalesce(iso(u.last_seen_at), 'never') AS seen,
       'seen within ' || :days || ' days, or removed' AS wanted,
       u.owner AS login, u.last_seen_at
  FROM resource AS u
 WHERE u.kind = 'deployment_user'
   AND coalesce(u.last_seen_at, u.created_at, 0) < :now - :days * 86400;
