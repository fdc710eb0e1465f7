-- SPDX-License-Identifier: Apache-2.0
-- id: access-review
-- title: Access review
-- per: customer
--
-- about: Who holds powerful access, for somebody who decides about each line.

-- use: not-covered

-- section: frozen
-- title: The populations, with a hash
-- draw: table
-- about: The SHA-256 is over the lines "tenancy key" in order of their bytes, joined by line feeds; the same populations give the same hash.
SELECT 'privileged roles' AS "Population", count(*) AS "Records",
       CASE WHEN :redacted THEN 'not in a redacted copy' ELSE sha256(coalesce(group_concat(line, char(10)), '')) END AS "SHA-256"
  FROM (SELECT tenant || ' ' || replace(key, char(31), ' / ') AS line FROM role
         WHERE privileged <> 'no' AND (:customer IS NULL OR customer = :customer) ORDER BY line)
UNION ALL
SELECT 'keys and credentials', count(*), CASE WHEN :redacted THEN 'not in a redacted copy' ELSE sha256(coalesce(group_concat(line, char(10)), '')) END
  FROM (SELECT tenant || ' ' || key AS line FROM credential
         WHERE coalesce(state, 'unknown') NOT IN ('revoked', 'expired') AND (:customer IS NULL OR customer = :customer) ORDER BY line)
UNION ALL
SELECT 'declared accounts', count(*), CASE WHEN :redacted THEN 'not in a redacted copy' ELSE sha256(coalesce(group_concat(line, char(10)), '')) END
  FROM (SELECT customer || ' ' || address AS line FROM declared WHERE (:customer IS NULL OR customer = :customer) ORDER BY line)

-- section: privileged
-- title: Privileged roles
-- draw: table
-- about: Where privileged is unknown, nobody has mapped the vendor's word yet, and it counts as privileged.
-- empty: None in what was read.
SELECT coalesce(r.tenant_name, r.tenant) AS "Where", coalesce(a.name, a.email, a.login, r.account) AS "Who",
       a.email AS "Address", r.role AS "Role", r.scope AS "Scope", r.privileged AS "Privileged", r.via AS "Via",
       a.state AS "Account", a.mfa AS "Second factor", substr(iso(a.last_seen_at), 1, 10) AS "Last seen",
       (SELECT max(coalesce(l.person_name, l.person) || CASE WHEN l.left_at <= (SELECT started_at FROM run WHERE id = :run) THEN ', left ' || substr(iso(l.left_at), 1, 10) ELSE '' END)
          FROM person_link l WHERE l.tenant = r.tenant AND l.account = r.account AND l.certain) AS "Person"
  FROM role r
  LEFT JOIN account a ON a.tenant = r.tenant AND a.id = r.account
 WHERE r.privileged <> 'no' AND (:customer IS NULL OR r.customer = :customer)
 GROUP BY r.tenant, r.dataset, r.key
 ORDER BY r.system, 1, 4, 2

-- section: credentials
-- title: Keys and credentials
-- draw: table
-- empty: None in what was read.
SELECT coalesce(c.tenant_name, c.tenant) AS "Where", coalesce(c.name, c.id) AS "Key", c.kind AS "Kind",
       coalesce(c.owner_email, c.owner, '(nobody)') AS "Owner", c.state AS "State", c.scopes AS "May",
       substr(iso(c.created_at), 1, 10) AS "Made", substr(iso(c.expires_at), 1, 10) AS "Expires",
       substr(iso(c.last_used_at), 1, 10) AS "Last used"
  FROM credential c
 WHERE coalesce(c.state, 'unknown') NOT IN ('revoked', 'expired') AND (:customer IS NULL OR c.customer = :customer)
 ORDER BY c.system, 1, 2, c.id

-- section: declared
-- title: Declared special accounts
-- draw: table
-- empty: None.
SELECT customer AS "Customer", address AS "Account", class AS "Class", owner AS "Answers for it",
       substr(iso(review_by), 1, 10) AS "Review by", reason AS "Why"
  FROM declared WHERE (:customer IS NULL OR customer = :customer) ORDER BY 1, 2

-- use: reviews
-- use: decisions
-- use: reads
-- use: run
