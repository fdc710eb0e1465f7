# SPDX-License-Identifier: Apache-2.0
"""junitparser's word on cases that must be red.

Reads [{"file": ..., "red": [[class, name], ...]}, ...] and prints, for each
file, which of them are green or missing."""
import json
import sys

from junitparser import Error, Failure, JUnitXml

for number, job in enumerate(json.load(sys.stdin)):
    red = set()
    for suite in JUnitXml.fromfile(job["file"]):
        for case in suite:
            if any(isinstance(one, (Error, Failure)) for one in case.result):
                red.add((case.classname, case.name))
    green = [" ".join(key) for key in map(tuple, job["red"])
             if key not in red]
    print(json.dumps({"reader": "junitparser", "job": number,
                      "green": green}))
