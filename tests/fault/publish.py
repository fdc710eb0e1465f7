#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what a long form found into docs/RELIABILITY.md, between two marks.

    publish.py DOC never-clean FIGURES.json
    publish.py DOC faults ROWS.tsv
    publish.py DOC load ROWS.tsv

A row of faults is scene, fault, rounds, calls there were, wrong, date; a row
of load tenancies, seconds, MiB, status, wrong, processors, date.  Of rows
about the same thing the last one counts, so that a table can be made in parts.
"""
import json
import re
import sys


def table(head, rows):
    """Markdown; numbers stand to the right."""
    right = [all(re.fullmatch(r"[\d,. ]+", str(row[i])) for row in rows)
             for i in range(len(head))]
    lines = ["| %s |" % " | ".join(head),
             "| %s |" % " | ".join("---:" if one else "---"
                                   for one in right)]
    return lines + ["| %s |" % " | ".join(str(one) for one in row)
                    for row in rows]


def number(n):
    return "{:,}".format(int(n))


def anew(programs):
    """How many were told to each, when it was not the same one."""
    if len(programs) < 2:
        return []
    return ["Not all were told to the same build of it: %s; what was wrong "
            "was told again." % " and ".join(
                number(n) for n in sorted(programs.values(), reverse=True))]


def never_clean(path):
    with open(path, encoding="utf-8") as src:
        found = json.load(src)
    # Parts of a set are no whole one, whoever asks.
    if found["told"] < found["every"]:
        head = "%s of %s lies" % (number(found["told"]),
                                  number(found["every"]))
    else:
        head = "all %s lies" % number(found["told"])
    lines = [
        "%s: %s about %d listings were told, **%d wrong**. %s of them were "
        "told to an `exit verify`, too." % (
            found["date"], head, found["listings"], found["wrong"],
            number(found["verified"])),
        "It took %d minutes, %d side by side%s." % (
            found["minutes"], found["jobs"],
            " at the end" if anew(found["programs"]) else ""),
    ] + anew(found["programs"]) + [""]
    return lines + table(["lie", "told", "wrong"], [
        (kind, number(told), wrong)
        for kind, (told, wrong) in found["kinds"].items()])


def rows_of(path, keys):
    """The last row about each thing, in the order of the first."""
    rows = {}
    with open(path, encoding="utf-8") as src:
        for line in src:
            row = line.rstrip("\n").split("\t")
            rows[tuple(row[:keys])] = row
    return list(rows.values())


def faults(path):
    rows = rows_of(path, 2)
    rounds = sum(int(row[2]) for row in rows)
    wrong = sum(int(row[4]) for row in rows)
    return ["%s rounds, **%d wrong**." % (number(rounds), wrong), ""] + table(
        ["scene", "fault", "rounds", "of", "wrong", "date"],
        [(row[0], "`%s`" % row[1], number(row[2]), number(row[3]), row[4],
          row[5]) for row in rows])


def load(path):
    return table(
        ["tenancies", "seconds", "MiB", "status", "wrong", "processors",
         "date"],
        [(number(row[0]), number(row[1]), number(row[2]), *row[3:])
         for row in rows_of(path, 1)])


def main(doc, what, path):
    lines = {"never-clean": never_clean, "faults": faults,
             "load": load}[what](path)
    with open(doc, encoding="utf-8") as src:
        text = src.read()
    begin, end = ("<!-- %s: %s -->" % (what, word)
                  for word in ("written by tests/fault/publish.py", "end"))
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit("%s has no marks for %s" % (doc, what))
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    with open(doc, "w", encoding="utf-8") as out:
        out.write("%s%s\n%s\n%s%s" % (before, begin, "\n".join(lines), end,
                                      after))


if __name__ == "__main__":
    main(*sys.argv[1:])
