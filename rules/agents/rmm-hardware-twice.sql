-- SPDX-License-Identifier: Apache-2.0
-- id: rmm-hardware-twice
-- revision: 1
-- title: No machine is a device of two organisations
-- why: A computer that changed hands keeps the agent of its former
--   organisation: two customers pay for it, and one can look into the other.
-- severity: high
-- per: fleet
-- systems: ninjaone
-- needs: resource[ninjaone.device_details]
-- fix: rmm-device-merge
-- maps: soc2 CC6.5 supporting "Shows machines that two organisations have;
--   devices leave service for certain"
-- maps: iso27001 A.5.9 supporting "Shows machines that two organisations
--   have; the list of assets is true"
-- maps: nis2 12.4 supporting "Shows machines that two organisations have;
--   the asset list has a history"
-- maps: hipaa 164.310(d)(2)(iii) supporting "Shows machines that two
--   organisations have; it is on record where hardware is"
-- maps: nist80053 CM-8(1) supporting "Shows machines that two organisations
--   have; the inventory follows what is installed"
-- population:
SELECT count(*) AS n
  FROM resource
 WHERE attr ->> '$.serial' IS NOT NULL;
-- violations:
-- Makers who number nothing are no evidence.
WITH numbered(tenant, serial, org, id, name, state) AS (
    SELECT tenant, upper(trim(attr ->> '$.serial')), parent, id, name, state
      FROM resource
     WHERE length(trim(coalesce(attr ->> '$.serial', ''))) >= 5
       AND lower(trim(attr ->> '$.serial')) NOT IN (
           'default string', 'system serial number', 'not specified',
           'to be filled by o.e.m.', 'not applicable', 'unknown', '00000',
           '123456789', '0123456789'))
SELECT tenant || ' ' || serial AS subject,
       max(coalesce(name, id)) AS name,
       count(DISTINCT org) || ' organisations: '
           || group_concat(DISTINCT org) AS seen,
       'in the organisation that has it' AS wanted,
       group_concat(id) AS devices, group_concat(DISTINCT state) AS states
  FROM numbered
 GROUP BY tenant, serial
HAVING count(DISTINCT org) > 1;
