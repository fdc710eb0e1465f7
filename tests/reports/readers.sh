#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What three readers that others wrote make of a JUnit file: one line each,
# "NAME tests failures errors skipped".  The third puts failures and errors
# together, so they are added there.
#   sh readers.sh NODE_MODULES FILE
set -eu
modules=$1
file=$2

/usr/bin/python3 - "$file" <<'P'
import sys
from junitparser import JUnitXml, Failure, Error, Skipped
n = [0, 0, 0, 0]
for suite in JUnitXml.fromfile(sys.argv[1]):
    for case in suite:
        n[0] += 1
        for result in case.result:
            n[1] += isinstance(result, Failure)
            n[2] += isinstance(result, Error)
            n[3] += isinstance(result, Skipped)
print("junitparser", *n)
P

NODE_PATH=$modules node --input-type=module -e '
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const require = createRequire(process.argv[1] + "/");
const path = require.resolve("junit2json");
const lib = await import(pathToFileURL(path));
const parse = lib.parse || lib.default.parse;
const root = await parse(readFileSync(process.argv[2], "utf8"));
const n = [0, 0, 0, 0];
for (const suite of root.testsuite)
	for (const one of suite.testcase || []) {
		n[0]++;
		n[1] += one.failure ? 1 : 0;
		n[2] += one.error ? 1 : 0;
		n[3] += one.skipped ? 1 : 0;
	}
console.log("junit2json", ...n);
' "$modules" "$file"

out=$(mktemp)
trap 'rm -f "$out"' EXIT
node "$modules/.bin/junit-to-ctrf" "$file" -o "$out" >/dev/null
jq -r '.results.summary |
	"junit-to-ctrf \(.tests) \(.failed) 0 \(.skipped)"' "$out"
