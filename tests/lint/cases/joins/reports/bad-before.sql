-- SPDX-License-Identifier: Apache-2.0
SELECT hours / 24 || ' days'
