# SPDX-License-Identifier: Apache-2.0
"""What a night with one broken answer must look like in every output."""
import csv
import json
import os
import sqlite3
import xml.etree.ElementTree

import rule_reads

PASSES = {"PASS", "EMPTY"}
ENTITIES = ("tenant", "account", "role", "team", "membership", "credential",
            "agent", "subscription", "resource", "ticket")


def stored(path):
    """Every record that is open, by dataset: (kind, key)."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    rows = {}
    for kind in ENTITIES:
        for dataset, key in db.execute(
                'SELECT dataset, key FROM "now_%s"' % kind):
            rows.setdefault(dataset, set()).add((kind, key))
    db.close()
    return rows


def coverage(path, dataset):
    """Status and reason in the last run; (None, ...) when it is not there."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    got = db.execute(
        "SELECT status, coalesce(reason, '') FROM coverage WHERE dataset = ?"
        " AND run = (SELECT max(id) FROM run)", (dataset.id,)).fetchone()
    db.close()
    return got or (None, "it is not in the run at all")


class Case:
    """What one lie is about: the listing, and the results that read it."""

    def __init__(self, fleet, dataset, rows):
        self.fleet, self.dataset = fleet, dataset
        self.rows = rows.get(dataset.id, set())
        self.reads = fleet.affected(dataset)
        undecided = {rule for (rule, _), result in fleet.results.items()
                     if result == "UNDECIDED"}
        self.rules = sorted({rule for rule, _ in self.reads})
        # Those that were decided everywhere: with them alone the status of
        # the true night is 0 or 1.
        self.decided = [rule for rule in self.rules if rule not in undecided]

    def junit_red(self, customer=None):
        """(class, name) of what may not be green."""
        red = [("%s.coverage" % self.dataset.tenant, self.dataset.name)]
        for rule, unit in sorted(self.reads):
            if customer is None or \
                    self.fleet.customer_of_unit(unit) == customer:
                red.append(("%s.%s" % (unit, self.fleet.rules[rule].group),
                            rule))
        return red


def of_database(path, case, said):
    """Coverage, results and records."""
    got = coverage(path, case.dataset)
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    after = rule_reads.results(db)
    db.close()
    if got[0] in (None, "complete"):
        said.append("coverage: %s" % (got[0] or got[1]))
    for key in sorted(case.reads):
        if after.get(key) in PASSES or key not in after:
            said.append("result: %s of %s is %s" % (*key, after.get(key)))
    gone = case.rows - stored(path).get(case.dataset.id, set())
    if gone:
        said.append("store: %d records of yesterday are closed" % len(gone))
    return got


def of_junit(path, red, said):
    """The same file that three other readers judge later."""
    green = {}
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        green[case.get("classname"), case.get("name")] = not any(
            case.find(word) is not None for word in ("failure", "error"))
    for key in red:
        if green.get(key, True):
            said.append("junit: %s of %s is %s" % (
                key[1], key[0], "green" if key in green else "missing"))


def of_ocsf(path, case, said):
    with open(path, encoding="utf-8") as src:
        events = json.load(src)
    seen = False
    for event in events:
        uid = event["finding_info"]["uid"]
        passes = event["compliance"]["status_id"] == 1
        if uid == "coverage/%s/%s" % (case.dataset.tenant,
                                      case.dataset.name):
            seen = not passes
        if uid == "verdict" and passes:
            said.append("ocsf: the verdict is a pass")
        if passes and tuple(uid.split("/", 1)) in case.reads:
            said.append("ocsf: %s passes" % uid)
    if not seen:
        said.append("ocsf: the listing is not among what was not read")


def of_json(path, case, said):
    with open(path, encoding="utf-8") as src:
        doc = json.load(src)
    if doc["verdict"] != "undecided":
        said.append("json: the verdict is " + doc["verdict"])
    sections = {one["id"]: one for one in doc["sections"]}
    if case.dataset.name not in json.dumps(sections["coverage"]["rows"]):
        said.append("json: the listing is not among what was not read")


def of_csv(path, case, said):
    """The table of what was decided against: no pass may stand in it."""
    with open(path, encoding="utf-8", newline="") as src:
        for row in csv.reader(src):
            if "PASS" in row:
                said.append("csv: a pass: " + ",".join(row)[:120])


def of_html(folder, case, said):
    pages = [os.path.join(folder, "index.html")]
    if case.dataset.customer != "-":
        pages.append(os.path.join(folder, case.dataset.customer + ".html"))
    for page in pages:
        with open(page, encoding="utf-8") as src:
            text = src.read()
        name = os.path.basename(page)
        if case.dataset.name not in text:
            said.append("html: %s does not name the listing" % name)
        if "Nothing is wrong" in text or "Not everything could be decided" \
                not in text:
            said.append("html: %s does not say undecided" % name)


def of_role(path, case, said):
    """A role by a word that nobody mapped counts as privileged, is counted
    and told."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    got = db.execute(
        "SELECT status, unmapped, coalesce(unmapped_words, '') FROM coverage"
        " WHERE dataset = ? AND run = (SELECT max(id) FROM run)",
        (case.dataset.id,)).fetchone()
    roles = db.execute(
        "SELECT count(*) FROM now_role WHERE dataset = ? AND privileged ="
        " 'unknown'", (case.dataset.id,)).fetchone()[0]
    after = rule_reads.results(db)
    db.close()
    if got and got[0] != "complete":
        return got
    if not got or not got[1] or "WIZARD" not in got[2]:
        said.append("coverage: the word is not told")
    if not roles:
        said.append("store: the role is not kept as unknown")
    for key in case.reads:
        if key[0] == "role-unmapped" and after.get(key) in PASSES:
            said.append("result: role-unmapped is " + after[key])
    return got
