-- SPDX-License-Identifier: Apache-2.0
-- id: key-appeared
-- revision: 2
-- title: No key was made without a ticket about it
-- why: A key outlives passwords, factors and people. Whoever makes one keeps a
--   way in that no exit list names.
-- severity: medium
-- per: customer
-- systems: autotask, connectwise-psa, dnsfilter, entra, google, halopsa,
--   ninjaone, okta, onelogin, printix
-- needs: credential, gone_credential, moved_credential, ticket@msp
-- param: days 14 "Days for which a new key is reported"
-- fix: drift-explain
-- maps: soc2 CC6.1 direct "Shows keys that nobody asked for in a ticket;
--   credentials are issued on approval"
-- maps: iso27001 A.5.17 direct "Shows keys that nobody asked for in a ticket;
--   secrets are issued in a managed way"
-- maps: nis2 9.2.c direct "Shows keys that nobody asked for in a ticket in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that nobody asked for in a
--   ticket, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that nobody asked for in a ticket;
--   authenticators are managed"
-- population:
SELECT customer, count(*) AS n
  FROM credential
 WHERE customer IS NOT NULL
 GROUP BY customer;
-- violations:
-- Per customer: some vendors list the keys of all organisations in one.
-- A key without a name cannot be in a ticket.  An unknown state counts as
-- working.  One that took the place of a key that is gone is reported as that:
-- key-made-again.  The few new keys come first: each is compared with every
-- ticket.
WITH fresh(tenant, dataset, key, run, at) AS MATERIALIZED (
    SELECT tenant, dataset, key, run, at
      FROM moved_credential
     WHERE op = 'open'
       AND at >= :now - :days * 86400)
SELECT c.customer,
       c.tenant || ' ' || c.dataset || ' ' || c.id AS subject,
       coalesce(c.name, c.id) AS name,
       coalesce(c.kind, 'key') || ' since ' || iso(max(m.at)) || ', owner '
           || coalesce(c.owner_email, c.owner, 'unknown') AS seen,
       'a ticket that names it' AS wanted,
       c.owner, c.owner_email, c.created_at, c.expires_at, max(m.at) AS at
  FROM fresh AS m
 CROSS JOIN credential AS c
    ON c.tenant = m.tenant AND c.dataset = m.dataset AND c.key = m.key
   AND c.first_run = m.run
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND NOT EXISTS (SELECT 1
                     FROM ticket AS t
                    WHERE coalesce(t.kind, 'unknown') <> 'exit'
                      AND trim(coalesce(c.name, '')) <> ''
                      AND instr(lower(t.subject), lower(c.name)) > 0)
   AND NOT EXISTS (SELECT 1
                     FROM gone_credential AS g
                    WHERE g.tenant = c.tenant AND g.dataset = c.dataset
                      AND g.id <> c.id
                      AND lower(g.name) = lower(c.name)
                      AND coalesce(g.owner, g.owner_email, '')
                          <> coalesce(c.owner, c.owner_email, '')
                      AND g.closed_run <= c.first_run)
   AND c.customer IS NOT NULL
 GROUP BY c.customer, c.tenant, c.dataset, c.id;
