-- SPDX-License-Identifier: Apache-2.0
-- id: sso-domain-foreign
-- revision: 1
-- title: Single sign-on lets in the customer's own mail domains only
-- why: A foreign domain on the list lets people in whom neither the customer
--   nor the MSP employs.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.enterprise_connections], domain
-- fix: sso-tighten
-- maps: soc2 CC6.3 direct "Shows foreign domains that single sign-on lets in,
--   so that privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows foreign domains that single sign-on lets
--   in; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows foreign domains that single sign-on lets in
--   among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows foreign domains that
--   single sign-on lets in for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows foreign domains that single sign-on
--   lets in among the holders of privileged roles"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'sso'
 GROUP BY tenant;
-- violations:
-- No list, or an empty one, is a list of everybody.
SELECT s.tenant,
       s.id || ' ' || coalesce(d.value, 'any') AS subject,
       coalesce(s.name, s.id) AS name,
       CASE WHEN d.value IS NULL THEN 'no list of domains'
            ELSE 'lets in ' || d.value END AS seen,
       'domains of the customer or of the MSP' AS wanted,
       s.state AS idp
  FROM resource AS s
  LEFT JOIN json_each(s.attr, '$.authorized_domains') AS d
 WHERE s.kind = 'sso'
   AND (d.value IS NULL
        OR NOT EXISTS (SELECT 1
                         FROM domain AS o
                        WHERE (o.customer = s.customer OR o.msp = 1)
                          AND lower(o.domain) = lower(d.value)));
