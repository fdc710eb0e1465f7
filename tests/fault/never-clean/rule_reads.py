# SPDX-License-Identifier: Apache-2.0
"""Which results hang on which listing, worked out again from the headers of
the rules and the tables of the database, not by the program's own gate."""
import re
import sqlite3

PEOPLE = {"person", "alias", "person_link"}
FACTS = {"tenancy", "setting", "customer", "domain", "declared",
         "authorised_owner", "coverage", "baseline", "baseline_seen"}


class Need:
    def __init__(self, text, per):
        got = re.fullmatch(r"(\w+)(?:@(\w+))?(?:\[(.*)\])?", text, re.S)
        self.view, scope, inside = got.groups()
        self.kind = re.sub(r"^(gone|moved)_", "", self.view)
        if self.view == "person_link":
            self.kind = "account"
        self.scope = scope or {"tenant": "tenant", "customer": "customer",
                               "fleet": "fleet"}[per]
        self.datasets = set()
        if inside and self.view != "setting":
            self.datasets = set(re.split(r"[\s|]+", inside.strip()))

    def reads(self, rule, unit, dataset, fleet):
        """Does it read that dataset when the rule looks at that unit?"""
        if self.view in FACTS:
            return False
        if dataset.system == "register" and self.view in PEOPLE:
            return "person" in dataset.kinds
        if self.view in ("person", "alias"):
            return False
        if self.view != "moved" and self.kind not in dataset.kinds:
            return False
        if self.datasets and dataset.name not in self.datasets:
            return False
        if not self.datasets and rule.systems and \
                dataset.system not in rule.systems:
            return False
        if self.scope == "tenant":
            return unit == dataset.tenant
        if self.scope == "customer":
            return fleet.customer_of_unit(unit) == dataset.customer
        if self.scope == "msp":
            return dataset.customer == fleet.msp
        return True


class Rule:
    def __init__(self, name, per, systems, needs, group):
        self.name, self.per, self.group = name, per, group
        self.systems = set(re.split(r"[,\s]+", systems)) if systems else set()
        self.needs = [Need(one.strip(), per) for one in
                      re.split(r",(?![^\[]*\])", needs or "") if one.strip()]
        self.coverage = any(need.view == "coverage" for need in self.needs)
        self.baselines = any(need.view == "baseline_seen"
                             for need in self.needs)

    def reads(self, unit, dataset, fleet):
        return any(need.reads(self, unit, dataset, fleet)
                   for need in self.needs)


class Dataset:
    def __init__(self, row):
        (self.id, self.name, kinds, self.tenant, self.customer, self.system,
         self.imported, self.status, self.rows) = row
        self.kinds = set(kinds.split())

    def __str__(self):
        return "%s of %s" % (self.name, self.tenant)


class Fleet:
    """What a checked database says of its last night."""

    def __init__(self, path):
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
        self.msp = db.execute(
            "SELECT id FROM customer WHERE msp").fetchone()[0]
        # A tenancy that nobody claims belongs to "-".
        self.datasets = [Dataset(row) for row in db.execute(
            "SELECT d.id, d.name, d.kinds, t.uid, coalesce(t.customer, '-'),"
            " t.system, d.imported, c.status, c.rows FROM dataset d"
            " JOIN tenancy t ON t.id = d.tenancy"
            " LEFT JOIN coverage c ON c.dataset = d.id AND c.run ="
            " (SELECT max(run) FROM coverage x WHERE x.dataset = d.id)"
            " ORDER BY t.uid, d.name")]
        self.tenants = {uid: customer for uid, customer in db.execute(
            "SELECT uid, coalesce(customer, '-') FROM tenancy")}
        self.rules = {row[0]: Rule(*row) for row in db.execute(
            "SELECT t.id, t.per, t.systems, t.needs, t.grp FROM rule_text t"
            " JOIN rule_run r ON r.sha256 = t.sha256 WHERE r.run ="
            " (SELECT max(run) FROM rule_run) AND r.state = 'checked'")}
        self.results = results(db)
        db.close()

    def customer_of_unit(self, unit):
        return self.tenants.get(unit, unit)

    def affected(self, dataset):
        """(rule, unit) of what reads it, where the rule applies."""
        return {key for key, result in self.results.items()
                if result != "NOT-APPLICABLE" and key[0] in self.rules and
                self.rules[key[0]].reads(key[1], dataset, self)}


def results(db):
    return {(rule, unit): result for rule, unit, result in db.execute(
        "SELECT rule, unit, result FROM result_log WHERE end_run IS NULL")}
