-- SPDX-License-Identifier: Apache-2.0
-- id: psa-webhook-owner-gone
-- revision: 2
-- title: Every webhook of the PSA belongs to somebody who is here
-- why: A webhook sends every change of companies or contacts to an address
--   outside, for as long as nobody ends it.
-- severity: high
-- per: fleet
-- systems: autotask
-- needs: resource[autotask.company_webhooks autotask.contact_webhooks],
--   account[autotask.resources], person_link[autotask.resources]
-- fix: psa-webhook
-- maps: soc2 CC6.1 supporting "Shows webhooks whose owner is gone; what sends
--   data out has an owner"
-- maps: iso27001 A.5.17 supporting "Shows webhooks whose owner is gone;
--   secrets are looked after through their life"
-- maps: nist80053 IA-5 supporting "Shows webhooks whose owner is gone; what
--   acts by itself is managed"
-- refs: Autotask REST API: a webhook has ownerResourceID; a user usually sees
--   those of its own alone
-- population:
SELECT count(*) AS n
  FROM resource AS r
 WHERE r.kind = 'integration'
   AND coalesce(r.state, 'unknown') <> 'inactive';
-- violations:
-- No owner, one that no list shows, an inactive one and one who left are the
-- same: nobody. A webhook in an unknown state counts as sending.
SELECT r.dataset || ' ' || r.id AS subject,
       coalesce(r.name, r.id) AS name,
       CASE WHEN r.owner IS NULL THEN 'no owner'
            WHEN a.id IS NULL THEN 'resource ' || r.owner || ' does not exist'
            WHEN l.left_at <= :now
            THEN 'of ' || coalesce(a.name, a.id) || ', who left '
                || iso(max(l.left_at))
            ELSE 'of ' || coalesce(a.name, a.id) || ', who is '
                || a.state END AS seen,
       'an owner who is here' AS wanted,
       r.owner, a.login, l.person, max(l.left_at) AS left_at
  FROM resource AS r
  LEFT JOIN account AS a ON a.tenant = r.tenant AND a.id = r.owner
  LEFT JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
   AND l.certain = 1 AND l.left_at <= :now
 WHERE r.kind = 'integration'
   AND coalesce(r.state, 'unknown') <> 'inactive'
   AND (a.id IS NULL OR l.account IS NOT NULL
        OR coalesce(a.state, 'unknown') IN ('disabled', 'deleted',
                                            'expired'))
 GROUP BY r.dataset, r.id;
