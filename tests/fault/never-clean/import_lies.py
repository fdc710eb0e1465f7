#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replaces one evidence file after the other by one that cannot be believed,
and looks whether anything that hangs on it looks clean.

    import_lies.py SRC BUILD WORK [--sample N] [--seed TEXT] [--only REGEX]
                   [--modules FOLDER]

Each lie is told twice: to an MSP that never had that file, and to one that
imported it the night before.  Whoever was waiting for the file has everything
that reads it undecided; that it could not be taken is in every report, whoever
it was about; and no record of yesterday goes.
"""
import argparse
import collections
import copy
import csv
import io
import json
import os
import queue
import random
import re
import shutil
import signal
import sqlite3
import sys

import yaml

import never_clean
import never_clean_judge as judge
import rule_reads
import whole_msp

FILES = "register.evidence_files"
NOBODY = "undetectable: nobody has to provide it"
OLD = "2026-09-01T01:00:00Z"
FUTURE = "2027-11-17T01:00:00Z"
# Something has to be asked of a vendor on the second night, too.
ASIDE = ["--tenant", "autotask/northwind msp", "--dataset",
         "autotask.companies"]


class Import:
    """An import of a connector, and its file in the folder."""

    def __init__(self, name, data, path):
        self.name, self.data, self.path = name, data, path
        with open(path, "rb") as src:
            self.bytes = src.read()
        self.tenant = data.get("tenant_column")
        self.captured = data.get("captured_at")
        self.expected = data.get("expected", False)

    def role_column(self):
        """The column with the word of a role, None without one."""
        for emit in self.data["emit"]:
            told = emit["fields"].get("privileged")
            if emit["kind"] == "role" and isinstance(told, dict) and \
                    told.get("path") in self.data.get("columns", []):
                return told["path"]
        return None

    def rows(self):
        return list(csv.DictReader(io.StringIO(self.bytes.decode())))

    def table(self, columns, rows):
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode()


def imports_of(data, folder):
    """Those whose file is there, by the pattern of their connector."""
    found = []
    for file in sorted(os.listdir(os.path.join(data, "connectors"))):
        with open(os.path.join(data, "connectors", file),
                  encoding="utf-8") as src:
            connector = yaml.safe_load(src)
        for name, one in (connector.get("imports") or {}).items():
            path = os.path.join(folder, "imports", one["file"])
            if os.path.exists(path):
                found.append(Import("%s.%s" % (connector["connector"], name),
                                    one, path))
    return found


# --------------------------------------------------------------------- lies
def every_row(one, column, value):
    rows = one.rows()
    return one.table(list(rows[0]), [dict(row, **{column: value})
                                     for row in rows])


def one_row(one, column, value):
    rows = one.rows()
    rows[-1][column] = value
    return one.table(list(rows[0]), rows)


def renamed(one, column):
    head, rest = one.bytes.split(b"\n", 1)
    return re.sub(rb"\b%s\b" % column.encode(), b"renamed_" + column.encode(),
                  head) + b"\n" + rest


def without(one, column):
    rows = one.rows()
    columns = [name for name in rows[0] if name != column]
    return one.table(columns, [{name: row[name] for name in columns}
                               for row in rows])


def cut_row(one):
    """In the middle of the last line: a column is missing there."""
    body = one.bytes.rstrip()
    return body[:body.rindex(b"\n") + 1] + \
        body[body.rindex(b"\n") + 1:].split(b",")[0]


def twice(one):
    """A row again, with another value in it."""
    rows = one.rows()
    told = [name for emit in one.data["emit"]
            for name in emit["fields"].values() if isinstance(name, str)]
    again = dict(rows[-1])
    for name in rows[0]:
        if name in told and name not in (one.tenant, one.captured) and \
                again[name] and "@" not in again[name]:
            again[name] += "x"
            return one.table(list(rows[0]), rows + [again])
    return None


def lies_about(one, other):
    """(kind, bytes); or what to call in place of a file."""
    found = [("no file", None), ("folder", os.mkdir),
             ("link to nothing", lambda path: os.symlink("/gone/x", path)),
             ("pipe that stalls", os.mkfifo), ("empty file", b""),
             ("sign-in page", b"<!DOCTYPE html><html><head><title>Sign in"
              b"</title></head><body><form></form></body></html>\n"),
             ("other file", other.bytes),
             ("NUL bytes", one.bytes[:40] + b"\0" * 40 + one.bytes[40:]),
             ("bad UTF-8", one.bytes + b"\xff\xfe\xc3(\n"),
             ("UTF-16", one.bytes.decode().encode("utf-16")),
             ("cut gzip", b"\x1f\x8b\x08\0\0\0\0\0" + one.bytes[:100])]
    if one.data.get("format", "csv") != "csv":
        return found + [("cut", one.bytes[:len(one.bytes) * 6 // 10])]
    found += [("cut row", cut_row(one)),
              ("open quote", one.bytes.rstrip() + b',"'),
              ("semicolons", one.bytes.replace(b",", b";")),
              ("rows twice", twice(one)),
              ("head only", one.bytes.split(b"\n", 1)[0] + b"\n")]
    for name in one.data["columns"]:
        found.append(("renamed " + name, renamed(one, name)))
        found.append(("without " + name, without(one, name)))
    if one.captured:
        found += [("old", every_row(one, one.captured, OLD)),
                  ("from the future", every_row(one, one.captured, FUTURE)),
                  ("no date", one_row(one, one.captured, "")),
                  ("no such date", one_row(one, one.captured, "17.11.2026"))]
    if one.role_column():
        found.append(("unknown role", one_row(one, one.role_column(),
                                              "WIZARD")))
    if one.tenant:
        found += [("stranger", every_row(one, one.tenant,
                                         "stranger.example")),
                  ("no tenancy", every_row(one, one.tenant, ""))]
    return [(kind, text) for kind, text in found if text is not None or
            kind == "no file"]


class Task:
    def __init__(self, one, kind, text, before):
        self.one, self.kind, self.text, self.before = one, kind, text, before
        self.said = []
        self.judged = True
        self.name = "%s: %s, %s" % (one.name, kind, "imported before"
                                    if before else "never imported")


# ------------------------------------------------------------------ judging
def clear(path):
    if os.path.isdir(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.remove(path)


def put(one, text):
    clear(one.path)
    if callable(text):
        text(one.path)
    elif text is not None:
        with open(one.path, "wb") as out:
            out.write(text)


def known(path, dataset):
    """The dataset as this database numbers it; None when it has none."""
    for one in rule_reads.Fleet(path).datasets:
        if (one.tenant, one.name) == (dataset.tenant, dataset.name):
            found = copy.copy(dataset)
            found.id = one.id
            return found
    return None


def night(worker, task, cases, out):
    words = ["run", "--now", never_clean.SECOND, "--quiet", "--progress",
             "none"] + ASIDE
    for rule in sorted({rule for case in cases for rule in case.rules}):
        words += ["--rule", rule]
    for kind in ("junit", "csv", "ocsf", "json", "html"):
        words += ["--report", "%s=%s/%s" % (kind, out, kind)]
    put(task.one, task.text)
    try:
        return worker.msp.run(*words)
    finally:
        put(task.one, task.one.bytes)


def of_listing(worker, task, case, out):
    """A listing that waited for the file, or had it before."""
    said = task.said
    if task.kind == "unknown role":
        judge.of_role(worker.msp.database, case, said)
        return []
    if task.kind in ("old", "no file"):
        # Taken over, and older than anybody may rely on; or still not there,
        # of which this night has nothing to say.
        after = rule_reads.results(sqlite3.connect(worker.msp.database))
        said += ["result: %s of %s is %s" % (*key, after.get(key))
                 for key in sorted(case.reads)
                 if after.get(key) in judge.PASSES]
    else:
        judge.of_database(worker.msp.database, case, said)
    judge.of_ocsf(os.path.join(out, "ocsf"), case, said)
    judge.of_html(os.path.join(out, "html"), case, said)
    return case.junit_red()


def tell(worker, bases, task, fleet, rows, readers):
    """A second night on which that file lies in the folder."""
    one, said = task.one, task.said
    about = [dataset for dataset in fleet.datasets
             if dataset.name == one.name]
    cases = [judge.Case(fleet, dataset, rows if task.before else {})
             for dataset in about]
    out = os.path.join(worker.work, "out")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    worker.fresh(bases["whole" if task.before else one.name])
    ran = night(worker, task, cases, out)
    # Without a file the last one stays what is known, until it is too old.
    if task.before and task.text is None:
        gone(worker, cases, said)
        return
    red = []
    if refused(task):
        red.append(("register/%s.coverage" % fleet.msp, FILES))
    for case in cases:
        case.dataset = known(worker.msp.database, case.dataset)
        if case.dataset:
            red += of_listing(worker, task, case, out)
    gone(worker, cases, said)
    if not red:
        return
    if ran.returncode == 0:
        said.append("exit status: run says 0")
    with open(os.path.join(out, "json"), encoding="utf-8") as src:
        if json.load(src)["verdict"] != "undecided":
            said.append("json: the verdict is not undecided")
    judge.of_csv(os.path.join(out, "csv"), None, said)
    judge.of_junit(os.path.join(out, "junit"), red, said)
    if readers is not None:
        path = os.path.join(worker.work, "junit-%d.xml" % id(task))
        shutil.move(os.path.join(out, "junit"), path)
        readers.put((task, path, red))


def refused(task):
    return task.kind not in ("no file", "old", "unknown role")


def gone(worker, cases, said):
    stored = judge.stored(worker.msp.database)
    for case in cases:
        if case.dataset and case.rows - stored.get(case.dataset.id, set()):
            said.append("store: records of %s are closed" % case.dataset)


# ------------------------------------------------------------------- running
def prepare(worker, imports, work):
    """Good nights with all files, and with all but one."""
    bases = {}
    for left_out in [None] + imports:
        if os.path.exists(worker.msp.database):
            os.remove(worker.msp.database)
        if left_out:
            put(left_out, None)
        worker.proxy.watch()
        worker.msp.run("run", "--now", never_clean.FIRST, "--quiet",
                       "--progress", "none")
        name = left_out.name if left_out else "whole"
        bases[name] = os.path.join(work, "base-%s.db" % name)
        shutil.copy(worker.msp.database, bases[name])
        if left_out:
            put(left_out, left_out.bytes)
    return bases


def choose(imports, args, left_out):
    tasks = []
    for at, one in enumerate(imports):
        for kind, text in lies_about(one, imports[at - 1]):
            for before in (False, True):
                if kind == "no file" and not (before or one.expected):
                    left_out[kind, NOBODY] += 1
                else:
                    tasks.append(Task(one, kind, text, before))
    tasks = [task for task in tasks
             if re.search(args.only or "", task.name)]
    if args.sample:
        # Each file costs a night of its own.
        rng = random.Random(args.seed)
        some = rng.sample(imports, min(3, len(imports)))
        tasks = [task for task in tasks if task.one in some]
        tasks = rng.sample(tasks, min(args.sample, len(tasks)))
    return tasks


def main():
    words = argparse.ArgumentParser()
    for name in ("src", "build", "work"):
        words.add_argument(name)
    words.add_argument("--sample", type=int, default=0)
    words.add_argument("--seed", default="1")
    words.add_argument("--only")
    words.add_argument("--modules")
    args = words.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    msp = whole_msp.Msp(args.src, args.build, args.work)
    base = msp.start()
    try:
        return nights(args, base)
    finally:
        msp.stop()


def nights(args, their_base):
    worker = never_clean.Worker(args, 0, their_base)
    imports = imports_of(worker.msp.data, worker.msp.folder)
    left_out = collections.Counter()
    tasks = choose(imports, args, left_out)
    met = {task.one.name: task.one for task in tasks}
    bases = prepare(worker, list(met.values()), args.work)
    fleet = rule_reads.Fleet(bases["whole"])
    rows = judge.stored(bases["whole"])
    readers = queue.Queue() if args.modules else None
    for task in tasks:
        try:
            tell(worker, bases, task, fleet, rows, readers)
        except whole_msp.Broken as err:
            task.said.append(str(err))
        never_clean.drain(readers, args.modules, never_clean.READERS)
    never_clean.drain(readers, args.modules, 1)
    failed = [task for task in tasks if task.said]
    for task in failed:
        print("not ok imports: %s: %s" % (task.name,
                                          "; ".join(task.said[:4])))
    for (kind, why), number in sorted(left_out.items()):
        print("# %-18s %5d left out: %s" % (kind, number, why))
    kinds = collections.Counter(task.kind.split(" ")[0] for task in tasks)
    print("# " + ", ".join("%s %d" % one for one in sorted(kinds.items())))
    print("%s imports: %d lies about %d files, %d wrong (seed %s)" % (
        "not ok" if failed or not tasks else "ok", len(tasks), len(met),
        len(failed), args.seed))
    return 1 if failed or not tasks else 0


if __name__ == "__main__":
    sys.exit(main())
