-- SPDX-License-Identifier: Apache-2.0
-- id: site-key-after-exit
-- revision: 1
-- title: No site of a customer who has left can register new clients
-- why: With the key of a site anybody can install a client that reports into
--   the organisation, also after the customer has gone.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.networks], customer
-- fix: site-key-end
-- maps: soc2 CC9.2 supporting "Shows site keys that still work after a
--   relation ended"
-- maps: iso27001 A.5.23 direct "Shows site keys that still work; a cloud
--   service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows site keys that still work at the end of a
--   service"
-- maps: csf2 GV.SC-10 direct "Shows site keys that still work after the
--   contract ended"
-- maps: nist80053 SA-9 supporting "Shows site keys that still work in services
--   that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'network'
 GROUP BY tenant;
-- violations:
-- Whether there is a key is all that is kept of it; not knowing counts as a
-- key.
SELECT n.tenant,
       n.id AS subject,
       coalesce(n.name, n.id) AS name,
       CASE n.attr ->> '$.has_secret_key' WHEN 1 THEN 'has a site key'
            ELSE 'not known whether it has a site key' END
           || ', customer left ' || iso(c.exit_at) AS seen,
       'site deleted, or its key replaced and thrown away' AS wanted,
       c.exit_ticket
  FROM resource AS n
  JOIN customer AS c ON c.customer = n.customer
 WHERE n.kind = 'network'
   AND c.exit_at <= :now
   AND n.attr ->> '$.deleted_at' IS NULL
   AND coalesce(n.attr ->> '$.has_secret_key', 1) = 1;
