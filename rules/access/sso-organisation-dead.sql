-- SPDX-License-Identifier: Apache-2.0
-- id: sso-organisation-dead
-- revision: 1
-- title: Single sign-on leads into living organisations only
-- why: A connection into a cancelled organisation keeps a door of a customer
--   who has left.
-- severity: medium
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.enterprise_connections],
--   tenant@fleet[dnsfilter.organizations], coverage
-- fix: sso-tighten
-- maps: soc2 CC9.2 supporting "Shows sign-on connections into organisations
--   that are gone after a relation ended"
-- maps: iso27001 A.5.23 direct "Shows sign-on connections into organisations
--   that are gone; a cloud service is managed up to its exit"
-- maps: nis2 5.1 supporting "Shows sign-on connections into organisations that
--   are gone at the end of a service"
-- maps: csf2 GV.SC-10 direct "Shows sign-on connections into organisations
--   that are gone after the contract ended"
-- maps: nist80053 SA-9 supporting "Shows sign-on connections into
--   organisations that are gone in services that should have ended"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'sso'
 GROUP BY tenant;
-- violations:
-- An organisation that is in no list proves something only when the list was
-- read completely; no organisation at all is listed.
SELECT s.tenant,
       s.id AS subject,
       coalesce(s.name, s.id) AS name,
       CASE WHEN s.attr ->> '$.default_organization_id' IS NULL
            THEN 'leads into no organisation'
            WHEN o.id IS NULL
            THEN 'leads into ' || (s.attr ->> '$.default_organization_id')
                || ', which is in no list'
            ELSE 'leads into ' || coalesce(o.name, o.id) || ', which is '
                || o.state END AS seen,
       'deleted, or led into a living organisation' AS wanted,
       s.state AS idp
  FROM resource AS s
  LEFT JOIN tenant AS o
    ON o.of_system = s.system
   AND o.id = CAST(s.attr ->> '$.default_organization_id' AS TEXT)
 WHERE s.kind = 'sso'
   AND CASE WHEN o.id IS NOT NULL THEN o.state IN ('cancelled', 'deleted')
            WHEN s.attr ->> '$.default_organization_id' IS NULL THEN 1
            ELSE NOT EXISTS (SELECT 1
                               FROM coverage AS v
                              WHERE v.dataset = 'dnsfilter.organizations'
                                AND (v.status <> 'complete' OR v.stale = 1))
            END;
