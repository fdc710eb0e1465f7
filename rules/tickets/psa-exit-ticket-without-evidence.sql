-- SPDX-License-Identifier: Apache-2.0
-- id: psa-exit-ticket-without-evidence
-- revision: 1
-- title: Every exit ticket that was closed lately holds the verdict of
--   exitproof
-- why: A ticket that was closed from memory proves nothing a year later. What
--   was checked has to hang on it.
-- severity: low
-- per: fleet
-- systems: connectwise-psa, autotask, halopsa
-- needs:
--   ticket[connectwise-psa.exit_tickets|autotask.exit_tickets|halopsa.exit_tickets],
--   resource[connectwise-psa.exit_notes|autotask.exit_notes|halopsa.exit_notes
--   connectwise-psa.exit_files|autotask.exit_files|halopsa.exit_files]
-- param: days 90 "Days since closing in which a ticket counts"
-- fix: psa-exit-evidence
-- maps: soc2 CC4.1 supporting "Shows exit tickets that were closed without
--   evidence; what was done is looked at by others"
-- maps: iso27001 A.6.5 supporting "Shows exit tickets that were closed without
--   evidence; duties at the end of a job are carried out"
-- maps: nist80053 PS-4 supporting "Shows exit tickets that were closed without
--   evidence in the work that ends access"
-- population:
SELECT count(*) AS n
  FROM ticket AS t
 WHERE t.state = 'closed'
   AND coalesce(t.closed_at, :now) >= :now - :days * 86400;
-- violations:
-- A note or file without a name is none of ours. A ticket that does not say
-- when it was closed was closed tonight.
SELECT t.tenant || ' ' || t.id AS subject,
       coalesce(t.subject, t.id) AS name,
       'neither a note nor a file of exitproof' AS seen,
       'exit verify --attach before it is closed' AS wanted,
       t.for_customer, t.closed_at
  FROM ticket AS t
 WHERE t.state = 'closed'
   AND coalesce(t.closed_at, :now) >= :now - :days * 86400
   AND NOT EXISTS (
           SELECT 1
             FROM resource AS e
            WHERE e.tenant = t.tenant AND e.kind = 'activity'
              AND e.parent = t.id
              AND lower(substr(coalesce(e.name, ''), 1, 9)) = 'exitproof');
