-- SPDX-License-Identifier: Apache-2.0
SELECT 'late by ' || (a - b) / 3600
