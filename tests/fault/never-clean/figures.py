# SPDX-License-Identifier: Apache-2.0
"""What was told and what came of it: as lines of a test, and as the figures
that docs/RELIABILITY.md shows."""
import collections
import json
import time


def report(done, every, left_out, args, unfit, ledger):
    by_kind = collections.Counter(task.kind for task in done)
    failed = [task for task in done if task.said]
    for line in unfit:
        print("not ok never clean: " + line)
    for task in failed:
        print("not ok never clean: %s: %s" % (task.name,
                                              "; ".join(task.said[:4])))
    for kind, number in sorted(by_kind.items()):
        bad = sum(1 for task in failed if task.kind == kind)
        print("# %-18s %5d told, %d wrong" % (kind, number, bad))
    for (kind, why), number in sorted(left_out.items()):
        print("# %-18s %5d left out: %s" % (kind, number, why))
    verified = sum(1 for task in done if task.verified)
    print("# exits verified: %d of %d" % (verified, len(done)))
    programs = ledger.programs(done)
    for program, number in sorted(programs.items()):
        print("# %d were told to the program %s" % (number, program))
    good = done and not failed and not unfit
    print("%s never clean: %d lies, %d wrong (seed %s)" % (
        "ok" if good else "not ok", len(done), len(failed), args.seed))
    if args.figures:
        write(args.figures, {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "told": len(done), "every": every, "wrong": len(failed),
            "listings": len({str(task.dataset) for task in done}),
            "verified": verified, "jobs": args.jobs,
            "minutes": ledger.minutes(), "programs": dict(programs),
            "kinds": {kind: [number, sum(1 for task in failed
                                         if task.kind == kind)]
                      for kind, number in sorted(by_kind.items())},
        })
    return 0 if good else 1


def write(path, found):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")
