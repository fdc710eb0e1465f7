-- SPDX-License-Identifier: Apache-2.0
-- id: bad-leave
-- fix: mend
-- maps: soc2 CC6.3 direct "Says who left, and not when"
-- violations:
SELECT l.tenant,
       'left ' || iso(l.left_at) AS seen,
       l.person
  FROM person_link AS l
 WHERE l.left_at <= :now;
