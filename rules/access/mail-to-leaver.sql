-- SPDX-License-Identifier: Apache-2.0
-- id: mail-to-leaver
-- revision: 4
-- title: No report or notice is mailed to somebody who left
-- why: Reports and notices of a tenancy leave the house every week. An address
--   of a leaver among the recipients is a leak that no account list shows.
-- severity: high
-- per: tenant
-- systems: dnsfilter
-- needs: resource[dnsfilter.scheduled_reports dnsfilter.block_pages],
--   tenant@fleet[dnsfilter.organizations], tenancy, person, alias
-- fix: recipient-replace
-- maps: soc2 CC6.7 direct "Shows reports and notices that are mailed to people
--   who left, information that leaves for the wrong place"
-- maps: iso27001 A.6.5 supporting "Shows reports and notices that are mailed
--   to people who left after somebody left"
-- maps: nis2 10.3 supporting "Shows reports and notices that are mailed to
--   people who left after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) supporting "Shows reports and notices that
--   are mailed to people who left; access to information ends with the job"
-- maps: nist80053 PS-4 supporting "Shows reports and notices that are mailed
--   to people who left of people who left"
-- population:
WITH place(tenant, place, address) AS (
    SELECT r.tenant, 'report ' || r.id, x.value ->> '$.email'
      FROM resource AS r, json_each(r.attr, '$.recipients') AS x
     WHERE r.kind = 'report'
    UNION ALL
    SELECT tenant, 'block page ' || id, attr ->> '$.block_email_addr'
      FROM resource
     WHERE kind = 'block_page'
    UNION ALL
    SELECT y.tenant, 'billing contact', o.attr ->> '$.billing_contact_email'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
    UNION ALL
    SELECT y.tenant, 'summary', o.attr ->> '$.summary_email_address'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
    UNION ALL
    SELECT y.tenant, 'uninstall notice', x.value
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id,
           json_each(o.attr,
               '$.user_agent_uninstall_notification_recipient_emails') AS x)
SELECT tenant, count(*) AS n
  FROM place
 WHERE address IS NOT NULL
 GROUP BY tenant;
-- violations:
-- An address that is not set receives nothing.  A summary that is switched
-- off counts: the address is mailed to again once somebody switches it on.  A
-- row per person: an address may have been that of two.
WITH place(tenant, place, address) AS (
    SELECT r.tenant, 'report ' || r.id, x.value ->> '$.email'
      FROM resource AS r, json_each(r.attr, '$.recipients') AS x
     WHERE r.kind = 'report'
    UNION ALL
    SELECT tenant, 'block page ' || id, attr ->> '$.block_email_addr'
      FROM resource
     WHERE kind = 'block_page'
    UNION ALL
    SELECT y.tenant, 'billing contact', o.attr ->> '$.billing_contact_email'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
    UNION ALL
    SELECT y.tenant, 'summary', o.attr ->> '$.summary_email_address'
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id
    UNION ALL
    SELECT y.tenant, 'uninstall notice', x.value
      FROM tenant AS o
      JOIN tenancy AS y ON y.system = o.of_system AND y.id = o.id,
           json_each(o.attr,
               '$.user_agent_uninstall_notification_recipient_emails') AS x)
SELECT w.tenant,
       w.place || ' ' || lower(w.address) AS subject,
       w.place AS name,
       'mailed to ' || lower(w.address) || ', left ' || iso(min(p.left_at))
           || CASE WHEN count(*) OVER (PARTITION BY w.tenant, w.place,
                        lower(w.address)) > 1
                   THEN ' (' || coalesce(p.name, p.id) || ')' ELSE '' END
           AS seen,
       'a shared mailbox, or somebody who is here' AS wanted,
       p.id AS person, min(p.left_at) AS left_at
  FROM place AS w
  JOIN alias AS m ON m.address = lower(w.address)
  JOIN person AS p ON p.id = m.person
 WHERE p.left_at <= :now
 GROUP BY w.tenant, w.place, lower(w.address), p.id;
