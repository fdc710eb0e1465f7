-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-sources-disagree
-- revision: 1
-- title: Nobody whom a ticket or a directory calls departed is kept by the
--   leaver register
-- why: Who is kept by the register is no leaver to any rule. When an exit
--   ticket or the directory says otherwise, one of them is wrong, and until
--   somebody says which, nothing about this person can be trusted.
-- severity: high
-- per: fleet
-- needs: resource@fleet[register.sources]
-- fix: register-settle
-- maps: soc2 CC6.2 supporting "Shows people whose leaving is in dispute, so
--   that access of departed people is taken away"
-- maps: iso27001 A.6.5 supporting "Shows people whose leaving is in dispute;
--   duties after an end are clear only when the end is"
-- maps: nis2 10.3 supporting "Shows people whose leaving is in dispute after a
--   person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) supporting "Shows people whose leaving is
--   in dispute; access has to end with the job"
-- maps: nist80053 PS-4 supporting "Shows people whose leaving is in dispute"
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE kind = 'activity';
-- violations:
-- One line per statement.  A statement whose person nobody can name is not
-- compared: leaver-unregistered shows it.
SELECT id AS subject,
       coalesce(name, owner, id) AS name,
       'the register keeps ' || coalesce(owner, 'this person') || ', and '
           || id || ' says that this person left'
           || coalesce(' on ' || substr(iso(created_at), 1, 10), '') AS seen,
       'register and ticket or directory say the same' AS wanted,
       owner AS email, parent AS employer, created_at AS left_at
  FROM resource
 WHERE kind = 'activity'
   AND coalesce(state, 'unknown') NOT IN ('agrees', 'certain', 'review');
