-- SPDX-License-Identifier: Apache-2.0
-- about: a / 2 || b
SELECT (hours / 24) || ' days', max(0, a - b) || ' of ' || (c + d), 'a - b' || e, 100 * n / m AS share
