# SPDX-License-Identifier: Apache-2.0
"""The lies that were told already, a line each, so that a stop loses none.

A lie is known by what is asked and how it is answered, not by its place in
the night.  One that was found wrong is told again.  Which program it was told
to stands beside it: whoever goes on with another one sees that in the report.
"""
import collections
import hashlib
import json
import os
import threading
import time


def program_of(build):
    """A short name of what is under test."""
    with open(os.path.join(build, "exitproof"), "rb") as src:
        return hashlib.sha256(src.read()).hexdigest()[:12]


def name_all(tasks, base):
    """Gives each lie its key."""
    met = collections.Counter()
    for task in tasks:
        asked = task.lie.exchange
        text = "%s %s" % (asked.method, asked.target.replace(base, ""))
        if asked.body:
            text += " " + hashlib.sha256(asked.body).hexdigest()[:12]
        key = "%s | %s | %s | %s" % (task.dataset, text, task.kind,
                                     task.detail)
        met[key] += 1
        task.key = "%s | %d" % (key, met[key])


class Ledger:
    """path None: nothing is remembered."""

    def __init__(self, path, build):
        self.lines = {}
        self.out = self.src = None
        if not path:
            return
        self.program = program_of(build)
        self.out = open(path, "a", encoding="utf-8")
        self.src = open(path, encoding="utf-8")
        self.lock = threading.Lock()
        self.read()

    def read(self):
        """What stands there by now: two may tell the same set, one of them
        backwards."""
        for line in self.src:
            # A line that a stop cut in two was not told.
            try:
                one = json.loads(line)
            except ValueError:
                continue
            self.lines[one["lie"]] = one

    def knows(self, task):
        if not self.out:
            return False
        with self.lock:
            self.read()
        return not self.lines.get(task.key, {"said": True})["said"]

    def write(self, task):
        if not self.out:
            return
        one = {"lie": task.key, "kind": task.kind, "said": task.said,
               "verified": task.verified, "program": self.program,
               "at": int(time.time())}
        self.out.write(json.dumps(one) + "\n")
        self.out.flush()

    def recall(self, task):
        """A lie as it was told before."""
        one = self.lines[task.key]
        task.said, task.verified = one["said"], one["verified"]
        task.judged = task.recalled = True
        return task

    def minutes(self):
        """In how many minutes something was told, whatever stood between."""
        return len({one.get("at", 0) // 60 for one in self.lines.values()})

    def programs(self, tasks):
        """How many of these lies each program was told."""
        if self.src:
            self.read()
        return collections.Counter(
            self.lines[task.key]["program"] for task in tasks
            if self.out and task.key in self.lines)
