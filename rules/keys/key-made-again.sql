-- SPDX-License-Identifier: Apache-2.0
-- id: key-made-again
-- revision: 1
-- title: No key that was removed is back under another owner
-- why: The name is the same and the programs go on, but somebody else holds
--   the secret now, and the ticket that closed the old key is wrong.
-- severity: high
-- per: customer
-- systems: autotask, connectwise-psa, dnsfilter, entra, google, halopsa,
--   ninjaone, okta, onelogin, printix
-- needs: credential, gone_credential, moved_credential
-- param: days 30 "Days for which it is reported"
-- fix: key-attest
-- maps: soc2 CC6.1 direct "Shows keys that came back under another owner;
--   credentials are known and owned"
-- maps: iso27001 A.5.17 direct "Shows keys that came back under another owner;
--   secrets are looked after through their life"
-- maps: nis2 9.2.c direct "Shows keys that came back under another owner in the
--   life of keys"
-- maps: hipaa 164.312(d) supporting "Shows keys that came back under another
--   owner, who or what acts behind a credential"
-- maps: nist80053 IA-5 direct "Shows keys that came back under another owner;
--   authenticators are managed"
-- population:
SELECT customer, count(*) AS n
  FROM credential
 WHERE customer IS NOT NULL
 GROUP BY customer;
-- violations:
-- Per customer: some vendors list the keys of all organisations in one.
-- The same name in the same listing, another id, another owner; an owner that
-- nobody tells is another than one that is told.  Keys without a name cannot
-- be followed.
SELECT c.customer,
       c.tenant || ' ' || c.dataset || ' ' || c.id AS subject,
       c.name,
       'new id ' || c.id || ' of '
           || coalesce(c.owner_email, c.owner, 'an unknown owner')
           || ' since ' || iso(max(m.at)) || ', old id ' || max(g.id)
           || ' of ' || coalesce(max(g.owner_email), max(g.owner),
                                 'an unknown owner')
           || ' gone ' || iso(max(g.closed_at)) AS seen,
       'revoked, or taken over with a ticket' AS wanted,
       c.owner, c.owner_email, max(g.id) AS old_id,
       max(g.closed_at) AS old_gone_at, max(g.owner) AS old_owner
  FROM moved_credential AS m
  JOIN credential AS c
    ON c.tenant = m.tenant AND c.dataset = m.dataset AND c.key = m.key
   AND c.first_run = m.run
  JOIN gone_credential AS g
    ON g.tenant = c.tenant AND g.dataset = c.dataset AND g.id <> c.id
   AND lower(g.name) = lower(c.name)
   AND g.closed_run <= c.first_run
 WHERE m.op = 'open'
   AND m.at >= :now - :days * 86400
   AND coalesce(c.state, 'unknown') NOT IN ('revoked', 'disabled', 'expired')
   AND coalesce(g.owner, g.owner_email, '')
       <> coalesce(c.owner, c.owner_email, '')
   AND c.customer IS NOT NULL
 GROUP BY c.customer, c.tenant, c.dataset, c.id;
