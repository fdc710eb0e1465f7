-- SPDX-License-Identifier: Apache-2.0
-- id: psa-delegation-open
-- revision: 1
-- title: Nobody acts for another agent of the PSA without an end
-- why: Who acts for an absent colleague has his rights too. Without an end
--   that stays so for good, also when one of them leaves.
-- severity: medium
-- per: fleet
-- systems: halopsa
-- needs: account[halopsa.agents]
-- fix: psa-delegation-end
-- maps: soc2 CC6.3 direct "Shows delegations without an end; privileged
--   access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows delegations without an end; few hold
--   powerful rights"
-- maps: nis2 11.3 direct "Shows delegations without an end; privileged
--   accounts are under control"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows delegations without an
--   end; access is reviewed"
-- maps: nist80053 AC-2(7) supporting "Shows delegations without an end;
--   privileged roles are watched"
-- population:
SELECT count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
-- violations:
-- The vendor writes a day long ago for no end, which is in the past as is an
-- end that was passed over.  A delegation that is not told is none.
SELECT a.tenant || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'agent ' || coalesce(b.email, a.attr ->> '$.delegation_user_id',
                            'unknown') || ' acts for this one, '
           || CASE WHEN coalesce(a.attr ->> '$.delegation_end', '1900')
                        < '1901'
                   THEN 'without an end'
                   ELSE 'until ' || substr(a.attr ->> '$.delegation_end', 1,
                                           10) END AS seen,
       'an end that is to come, or nobody' AS wanted,
       a.attr ->> '$.delegation_user_id' AS acts, a.last_seen_at
  FROM account AS a
  LEFT JOIN account AS b
    ON b.tenant = a.tenant AND b.id = a.attr ->> '$.delegation_user_id'
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND a.attr ->> '$.delegation_activated' = 1
   AND coalesce(substr(a.attr ->> '$.delegation_end', 1, 10), '')
       < substr(iso(:now), 1, 10);
