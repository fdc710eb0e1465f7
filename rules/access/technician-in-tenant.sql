-- SPDX-License-Identifier: Apache-2.0
-- id: technician-in-tenant
-- revision: 4
-- title: No technician of the MSP is an account of a customer's tenancy unless
--   declared
-- why: Staff of the provider inside a customer's tenancy is access that the
--   customer pays for, audits and has to know about.
-- severity: medium
-- per: tenant
-- systems: printix, dnsfilter, entra, okta, onelogin, active-directory,
--   google, ninjaone
-- needs: account, tenancy, domain, declared
-- fix: technician-remove
-- maps: soc2 CC9.2 supporting "Shows technicians of the provider among the
--   accounts of a customer, where the provider meets its customers"
-- maps: iso27001 A.5.19 supporting "Shows technicians of the provider among
--   the accounts of a customer, which a customer has to know of its provider"
-- maps: nis2 11.2 supporting "Shows technicians of the provider among the
--   accounts of a customer across the border of two organisations"
-- maps: nist80053 PS-7 supporting "Shows technicians of the provider among the
--   accounts of a customer; outside staff follow the same rules"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 0
 GROUP BY a.tenant;
-- violations:
-- An account with neither mail address nor login cannot be told from a
-- technician's and is listed as such.  Of a million accounts few are ours:
-- their keys, domain first, are one stretch of an index.
WITH ours(domain) AS MATERIALIZED (
    SELECT lower(domain) FROM domain WHERE msp = 1),
suspect(tenant, id, name, email, login, class, state) AS (
    SELECT a.tenant, a.id, a.name, a.email, a.login, a.class, a.state
      FROM ours AS d
     CROSS JOIN account AS a
        ON a.email_key >= d.domain AND a.email_key < d.domain || ' '
    UNION ALL
    SELECT a.tenant, a.id, a.name, a.email, a.login, a.class, a.state
      FROM ours AS d
     CROSS JOIN account AS a
        ON a.login_key >= d.domain AND a.login_key < d.domain || ' '
     WHERE a.email IS NULL
    UNION ALL
    SELECT a.tenant, a.id, a.name, a.email, a.login, a.class, a.state
      FROM account AS a
     WHERE a.email IS NULL AND a.login IS NULL)
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       CASE WHEN coalesce(a.email, a.login) IS NULL
            THEN 'account without address: cannot tell whose'
            ELSE 'account ' || coalesce(a.email, a.login) END AS seen,
       'declared with owner and review date, or removed' AS wanted,
       a.email, a.class, a.state
  FROM suspect AS a
  JOIN tenancy AS t ON t.tenant = a.tenant
 WHERE t.msp = 0
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) = coalesce(a.email, a.login));
