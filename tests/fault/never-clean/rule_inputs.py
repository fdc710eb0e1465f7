# SPDX-License-Identifier: Apache-2.0
"""Any one listing that is marked as not complete takes every pass from the
results that read it, and touches no other result.

    rule_inputs.py SRC BUILD WORK SAMPLE SEED

SAMPLE 0 takes every listing of every tenancy.  Prints a line for each.
"""
import os
import random
import shutil
import sqlite3
import sys

import rule_reads
import whole_msp

NOW = "2026-11-17T02:00:00Z"
OPEN = {"PASS", "EMPTY"}


def spoil(path, dataset):
    db = sqlite3.connect(path)
    db.execute("UPDATE coverage SET status = 'partial', reason = 'spoiled by"
               " a test' WHERE dataset = ? AND run = (SELECT max(run) FROM"
               " coverage WHERE dataset = ?)", (dataset.id, dataset.id))
    changed = db.total_changes
    db.commit()
    db.close()
    return changed


def wrong(fleet, dataset, after):
    """What one spoilt listing did that it must not, or failed to do."""
    reads = fleet.affected(dataset)
    said = []
    for key, before in fleet.results.items():
        now = after.get(key)
        rule = fleet.rules[key[0]]
        if key in reads:
            if now in OPEN or now is None:
                said.append("%s of %s is %s though it reads it" % (*key, now))
        elif now != before and not rule.coverage and not rule.baselines:
            said.append("%s of %s went from %s to %s though it does not read "
                        "it" % (*key, before, now))
    return said


def main(src, build, work, sample, seed):
    msp = whole_msp.Msp(src, build, work)
    try:
        msp.configure(msp.start())
        msp.run("run", "--now", NOW, "--quiet")
    finally:
        msp.stop()
    fleet = rule_reads.Fleet(msp.database)
    base = os.path.join(work, "base.db")
    shutil.copy(msp.database, base)
    chosen = [one for one in fleet.datasets if one.status == "complete"]
    if sample:
        chosen = random.Random(seed).sample(chosen, min(sample, len(chosen)))
    failed = pairs = 0
    for dataset in chosen:
        shutil.copy(base, msp.database)
        if not spoil(msp.database, dataset):
            raise SystemExit("nothing was spoilt in " + str(dataset))
        msp.run("check", "--now", NOW, "--quiet")
        db = sqlite3.connect(msp.database)
        said = wrong(fleet, dataset, rule_reads.results(db))
        db.close()
        pairs += len(fleet.affected(dataset))
        failed += bool(said)
        for line in said[:5]:
            print("not ok rule inputs: %s: %s" % (dataset, line))
    print("%s rule inputs: %d of %d listings, %d results that read them, %d "
          "wrong (seed %s)" % ("not ok" if failed else "ok", len(chosen),
                               len(fleet.datasets), pairs, failed, seed))
    return 1 if failed or not pairs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]),
                  sys.argv[5]))
