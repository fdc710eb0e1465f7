-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-client-app-of-leaver
-- revision: 2
-- title: No client app of the RMM was made by somebody who left
-- why: A client app outlives the account of its maker. Whoever kept its
--   secret can still reach the computers of every customer.
-- severity: critical
-- per: fleet
-- systems: ninjaone
-- needs: account[ninjaone.technicians], resource[ninjaone.api_clients_made
--   ninjaone.api_clients_deleted], person_link@fleet[ninjaone.technicians]
-- fix: rmm-api-client
-- maps: soc2 CC6.1 supporting "Shows client apps whose maker left; access is
--   given to known and proven people alone"
-- maps: iso27001 A.5.17 direct "Shows client apps whose maker left; secrets
--   and sign-ins are looked after"
-- maps: nis2 9.2.c supporting "Shows client apps whose maker left; keys are
--   managed through their life"
-- maps: hipaa 164.312(d) supporting "Shows client apps whose maker left; it
--   is known who asks for access"
-- maps: nist80053 IA-5 direct "Shows client apps whose maker left;
--   authenticators are managed"
-- refs: NinjaOne API: no call lists client apps; OAUTH2_CREATED and
--   OAUTH2_DELETED activities tell of those made since activities are kept
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE state = 'OAUTH2_CREATED';
-- violations:
-- Only a later deletion of the same client app ends it.  A maker who is not
-- told, or is no technician any more, is one who left.
SELECT m.tenant || ' ' || m.id AS subject,
       coalesce(m.name, 'client app of activity ' || m.id) AS name,
       CASE WHEN m.owner IS NULL THEN 'made by nobody who is named'
            WHEN a.id IS NULL
            THEN 'made by user ' || m.owner || ', who is gone'
            ELSE 'made by ' || coalesce(a.name, a.email, a.id)
                 || ', who left ' || iso(l.left_at) END AS seen,
       'deleted, and replaced by one of a service account' AS wanted,
       m.created_at AS made_at, m.owner, a.email, l.person,
       l.left_at
  FROM resource AS m
  LEFT JOIN account AS a ON a.tenant = m.tenant AND a.id = m.owner
  LEFT JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
   AND l.certain = 1 AND l.left_at <= :now
 WHERE m.state = 'OAUTH2_CREATED'
   AND (a.id IS NULL OR l.person IS NOT NULL)
   AND NOT EXISTS (SELECT 1
                     FROM resource AS d
                    WHERE d.tenant = m.tenant
                      AND d.state = 'OAUTH2_DELETED'
                      AND d.created_at >= m.created_at
                      AND (d.parent = m.parent
                           OR (d.name = m.name
                               AND (d.parent IS NULL OR m.parent IS NULL))))
 GROUP BY m.tenant, m.id;
