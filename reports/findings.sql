-- SPDX-License-Identifier: Apache-2.0
-- id: findings
-- title: Findings
-- per: fleet
--
-- about: All open findings, for spreadsheets.

-- use: findings
-- draw: table
