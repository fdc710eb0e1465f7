-- SPDX-License-Identifier: Apache-2.0
-- id: populations
-- title: Populations
-- per: fleet
--
-- about: For --report csv=FOLDER/: one file for each population, whole.

-- section: account
-- title: account
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       email, login, name, state, state_word, class, class_word, idp, external_id, created_at,
       last_seen_at, mfa, mfa_word, expires_at, attr, first_run, first_seen_at, changed_run,
       changed_at
  FROM account
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: role
-- title: role
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key,
       account, role, scope, privileged, privileged_word, via, via_word, granted_at, attr,
       first_run, first_seen_at, changed_run, changed_at
  FROM role
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: credential
-- title: credential
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       kind, kind_word, name, owner, owner_email, created_at, expires_at, last_used_at, state,
       state_word, scopes, attr, first_run, first_seen_at, changed_run, changed_at
  FROM credential
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: agent
-- title: agent
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       kind, kind_word, name, hardware, state, state_word, version, os, last_seen_at, "user", site,
       created_at, uninstall_requested_at, attr, first_run, first_seen_at, changed_run, changed_at
  FROM agent
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: subscription
-- title: subscription
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       product, state, state_word, term, seats_bought, seats_used, billed_to, period_begin,
       period_end, renews_at, ends_at, price, attr, first_run, first_seen_at, changed_run,
       changed_at
  FROM subscription
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: resource
-- title: resource
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, kind,
       kind_word, id, name, owner, parent, state, created_at, last_seen_at, attr, first_run,
       first_seen_at, changed_run, changed_at
  FROM resource
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: ticket
-- title: ticket
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       for_customer, kind, kind_word, state, state_word, closed_at, subject, person, owner, attr,
       first_run, first_seen_at, changed_run, changed_at
  FROM ticket
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: team
-- title: team
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       name, external_id, members, attr, first_run, first_seen_at, changed_run, changed_at
  FROM team
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: membership
-- title: membership
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, team,
       account, via, via_word, attr, first_run, first_seen_at, changed_run, changed_at
  FROM membership
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: tenant
-- title: tenant
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key,
       of_system, id, name, domain, state, state_word, parent, owned_by, ends_at, attr, first_run,
       first_seen_at, changed_run, changed_at
  FROM tenant
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY tenant, dataset, key

-- section: person
-- title: person
SELECT customer, tenant, tenant_name, system, dataset, replace(key, char(31), ' / ') AS key, id,
       name, employer, left_at, source, attr, first_run, first_seen_at, changed_run, changed_at
  FROM person
 WHERE :customer IS NULL OR employer = :customer
 ORDER BY tenant, dataset, key

-- section: coverage
-- title: coverage
SELECT * FROM coverage WHERE (:customer IS NULL OR customer = :customer) ORDER BY tenant, dataset

-- section: result
-- title: result
SELECT l.rule, l.unit, l.unit_name, l.customer, l.result, l.population, l.violations, l.waived, l.reason, l.advice
  FROM result_log l
 WHERE l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run) AND (:customer IS NULL OR l.customer = :customer)
 ORDER BY l.unit, l.rule

-- section: finding
-- title: finding
SELECT f.fingerprint, f.rule, f.unit, f.unit_name, f.customer, f.subject, f.name, f.severity, f.seen, f.wanted,
       iso(f.first_seen) AS first_seen, f.times, f.waived, f.waiver_reason, f.waiver_approver, f.waiver_until
  FROM open_finding f
 WHERE (:customer IS NULL OR f.customer = :customer)
 ORDER BY f.rule, f.unit, f.subject, f.fingerprint

-- section: link
-- title: link
SELECT customer, tenant, dataset, account, email, person, person_name, left_at, how, certain
  FROM person_link
 WHERE (:customer IS NULL OR customer = :customer)
 ORDER BY customer, tenant, account, person
