#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replaces one answer of a vendor after the other, and looks whether anything
that was not read looks clean.

    never_clean.py SRC BUILD WORK [--sample N] [--seed TEXT] [--jobs N]
                   [--only REGEX] [--modules FOLDER] [--minutes N] [--list]
                   [--ledger FILE [--backwards]] [--figures FILE]

One good night of the simulated MSP is the base.  For each lie a copy of its
database sees a second night, on which one request of one listing is answered
by the lie.  --modules is where npm put junit2json and junit-to-ctrf; after
--minutes nothing more is told, and the report says how much was.  What stands
in the --ledger was told before and is not told again; a second run that tells
--backwards with the same ledger meets the first in the middle.  --figures is
where the figures of the report go.
"""
import argparse
import collections
import concurrent.futures
import datetime
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
import urllib.parse

import figures
import lies
import never_clean_judge as judge
import rule_reads
import told
import whole_msp
from lying_proxy import Proxy

# The simulated MSP's clock says two o'clock, and what is signed for a token
# must not be much older.
FIRST = "2026-11-17T01:55:00Z"
SECOND = "2026-11-17T02:00:00Z"
HERE = os.path.dirname(os.path.abspath(__file__))
ANY_REQUEST = ("403", "404", "401 for ever", "429 for ever", "500",
               "empty body", "sign-in page", "cut JSON", "cut gzip", "stall")
READERS = 50


class Worker:
    """A configuration, a proxy and a database of its own."""

    def __init__(self, args, number, their_base):
        self.work = os.path.join(args.work, "worker%d" % number)
        os.makedirs(self.work)
        self.msp = whole_msp.Msp(args.src, args.build, self.work)
        self.msp.base = their_base
        self.proxy = Proxy(their_base)
        self.unfit = []		# listings that nothing can be told about
        self.known = {}		# what was asked for a listing
        shutil.copy(os.path.join(args.work, "whole.yaml"), self.work)
        self.msp.configure(self.proxy.base)
        self.endpoints = lies.endpoints(os.path.join(self.msp.data,
                                                     "connectors"))

    def fresh(self, base):
        """Yesterday."""
        for end in ("-wal", "-shm"):
            if os.path.exists(self.msp.database + end):
                os.remove(self.msp.database + end)
        shutil.copy(base, self.msp.database)
        self.proxy.watch()

    def asked(self, base, dataset):
        """What is asked to read one listing: its own requests, and those of
        its connection."""
        if dataset.id not in self.known:
            self.known[dataset.id] = self.ask(base, dataset)
        return self.known[dataset.id]

    def ask(self, base, dataset):
        self.fresh(base)
        self.msp.run("collect", "--now", SECOND, "--quiet", "--progress",
                     "none", "--tenant", dataset.tenant, "--dataset",
                     dataset.name)
        found = judge.coverage(self.msp.database, dataset)
        if found[0] != "complete":
            self.unfit.append("%s is %s though no answer is a lie: %s"
                              % (dataset, *found))
            return [], []
        connector = dataset.name.split(".")[0] + "."
        paths = {name: path_of(one) for name, one in self.endpoints.items()
                 if name.startswith(connector)}
        own, common = [], []
        for seen in self.proxy.seen:
            met = [name for name, path in paths.items()
                   if path and path.search(urllib.parse.unquote(seen.path))
                   and same_query(self.endpoints[name], seen)]
            if dataset.name in met:
                own.append(seen)
            elif not met and not self.right_of_other(dataset, seen):
                common.append(seen)
        return own, common

    def right_of_other(self, dataset, seen):
        """Is it asked for another listing alone?  There it is lied about."""
        rights = {name: one.right for name, one in self.endpoints.items()
                  if one.right and seen.path.endswith(one.right)}
        return rights and dataset.name not in rights


def same_query(endpoint, seen):
    """Does none of its parameters say another thing than the endpoint?"""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(seen.target).query)
    for name, value in endpoint.query.items():
        ago = re.fullmatch(r"\{now-(\d+)d\}", str(value))
        if ago and name in query:
            day = datetime.datetime.fromisoformat(SECOND[:-1]) - \
                datetime.timedelta(days=int(ago.group(1)))
            if not query[name][0].startswith(day.strftime("%Y-%m-%d")):
                return False
    return True


def path_of(endpoint):
    if not endpoint.path:
        return None
    parts = re.split(r"\{[^}]*\}", endpoint.path)
    return re.compile("[^?]*".join(re.escape(one) for one in parts) + "$")


class Task:
    def __init__(self, dataset, lie, kind, detail, number):
        self.dataset, self.lie, self.kind = dataset, lie, kind
        self.detail = detail
        # What belongs to no listing is known by its path.
        self.name = "%s, request %s: %s%s" % (
            dataset, number or lie.exchange.path, kind,
            " (%s)" % detail if detail else "")
        self.said = []
        self.judged = False	# by everybody who has to
        self.verified = False
        self.recalled = False	# from what was told before


def places(worker, base, dataset, stranger):
    """(number, place, kinds that fit) for each request of a listing."""
    own, common = worker.asked(base, dataset)
    endpoint = worker.endpoints[dataset.name]
    if not own and not endpoint.for_each:
        worker.unfit.append("nothing was asked to read %s" % dataset)
    strangers = []
    if stranger:
        strangers, _ = worker.asked(base, stranger)
    strange = next((one for one in strangers
                    if lies.rows_in(one, endpoint)), None)
    once, found = set(), []
    for index, one in enumerate(own):
        if one.key in once or one.answer.status != 200:
            continue
        once.add(one.key)
        found.append((index + 1, lies.Place(endpoint, own, index, strange),
                      None))
    bare = lies.Endpoint({}, "token", {})
    for index, one in enumerate(common):
        found.append((0, lies.Place(bare, common, index), ANY_REQUEST))
    return found


def tasks_of(worker, base, dataset, stranger, met, left_out):
    """Every lie about one listing; met keeps requests of several listings
    from being taken twice."""
    tasks = []
    every = lies.kinds(worker.proxy.base)
    for number, place, fitting in places(worker, base, dataset, stranger):
        key = place.exchange.key
        if fitting and (key[0], place.exchange.path) in met:
            continue
        if fitting:
            met.add((key[0], place.exchange.path))
        elif key in met:
            continue
        met.add(key)
        for kind in fitting or every:
            if kind == "field renamed":
                some = lies.fields(place)
                for path, lie in some:
                    tasks.append(Task(dataset, lie, kind, path, number))
                if some:
                    continue
            lie = every[kind](place)
            if isinstance(lie, str):
                left_out[kind, lie] += 1
            else:
                tasks.append(Task(dataset, lie, kind, "", number))
    return tasks


# ------------------------------------------------------------------ judging
def tell(worker, base, task, rows, exits, fleet, readers):
    """One second night with one lie in it."""
    dataset, said = task.dataset, task.said
    case = judge.Case(fleet, dataset, rows)
    out = os.path.join(worker.work, "out")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    worker.fresh(base)
    worker.proxy.lie = task.lie
    quick = task.kind == "stall"
    task.judged = True
    words = ["run", "--now", SECOND, "--quiet", "--progress", "none",
             "--tenant", dataset.tenant, "--dataset", dataset.name]
    for rule in case.rules:
        words += ["--rule", rule]
    for kind in ("junit", "csv", "ocsf", "json", "html"):
        words += ["--report", "%s=%s/%s" % (kind, out, kind)]
    ran = worker.msp.run(*words, quick=quick)
    if not worker.proxy.struck:
        said.append("the lie was never told")
        return
    if task.lie.expect == "role":
        task.coverage = judge.of_role(worker.msp.database, case, said)
        return
    task.coverage = judge.of_database(worker.msp.database, case, said)
    if ran.returncode == 0:
        said.append("exit status: run says 0")
    if case.decided:
        words = [word for rule in case.decided for word in ("--rule", rule)]
        got = worker.msp.run("check", "--now", SECOND, "--quiet", *words)
        if got.returncode != 2 and any(
                fleet.results[key] != "FAIL" and key[0] in case.decided
                for key in case.reads):
            said.append("exit status: check says %d" % got.returncode)
    judge.of_junit(os.path.join(out, "junit"), case.junit_red(), said)
    judge.of_ocsf(os.path.join(out, "ocsf"), case, said)
    judge.of_json(os.path.join(out, "json"), case, said)
    judge.of_csv(os.path.join(out, "csv"), case, said)
    judge.of_html(os.path.join(out, "html"), case, said)
    if readers is not None:
        task.judged = False
        path = os.path.join(worker.work, "junit-%d.xml" % id(task))
        shutil.move(os.path.join(out, "junit"), path)
        readers.put((task, path, case.junit_red()))
    verify(worker, base, task, exits)


def verify(worker, base, task, exits):
    """An exit that reads the listing can no longer be closed."""
    for chosen in exits.get((task.dataset.tenant, task.dataset.name), []):
        if not any(task.lie.strikes(one) for one in chosen.asked):
            continue
        worker.fresh(base)
        worker.proxy.lie = task.lie
        got = worker.msp.run("exit", "verify", "--now", SECOND,
                             *chosen.words, quick=task.kind == "stall")
        if not worker.proxy.struck:
            continue
        task.verified = True
        first = got.stdout.split("\n")[0]
        if got.returncode == 0 or not re.match(r"CANNOT TELL|NOT SAFE",
                                               first):
            task.said.append("verify: %s says %d, %s" % (
                " ".join(chosen.words), got.returncode, first[:60]))
        return


class Exit:
    def __init__(self, words):
        self.words, self.safe, self.reads = words, False, set()
        self.asked = []

    def rank(self):
        """The safe ones first: those can turn.  Of them the shortest, in
        which the fewest other listings stand beside the one lied about."""
        return not self.safe, len(self.reads)


def known_exits(worker, base):
    """Exits for each listing that one hangs on; those that are safe to close
    as long as everything can be read come first, and the shortest of them."""
    found = []
    customers = ("northwind", "acme", "bluebird", "cedar", "delta-dental",
                 "evergreen")
    for name in customers:
        words = ["--person", "nemo@%s.example" % name]
        found.append(Exit(words))
        found.append(Exit(words + ["--profile", "msp-technician"]))
        if name != "northwind":
            found.append(Exit(words + ["--profile", "guest-or-kiosk"]))
    for name in worker.msp.slices:
        found.append(Exit(["--person", "nemo@northwind.example", "--profile",
                           name]))
    found.append(Exit(["--person", "otto.berg@northwind.example"]))
    found.append(Exit(["--customer", "cedar"]))
    worker.fresh(base)
    for one in found:
        plan = worker.msp.run("exit", "plan", "--now", FIRST, *one.words,
                              "--format", "json")
        doc = json.loads(plan.stdout)
        one.reads = {(read["tenant"], read["dataset"])
                     for read in doc["datasets"]}
        for word in sorted({item["end"] for item in doc["items"]
                            if item["seen"] == "not attested"}):
            worker.msp.run("exit", "attest", "--now", FIRST, *one.words,
                           "--what", word, "--by", "Ana Lima", status=0)
    shutil.copy(worker.msp.database, base)
    chosen = {}
    for one in found:
        worker.fresh(base)
        got = worker.msp.run("exit", "verify", "--now", SECOND, *one.words)
        one.safe = got.returncode == 0
        one.asked = list({seen.key: seen for seen in
                          worker.proxy.seen}.values())
        print("# exit %s: %s" % (" ".join(one.words[1:]),
                                 got.stdout.split("\n")[0][:90]))
        if not one.reads:
            raise SystemExit("exit %s reads nothing" % one.words[1])
        for key in one.reads:
            chosen.setdefault(key, []).append(one)
    for some in chosen.values():
        some.sort(key=Exit.rank)
    return chosen


def other_readers(modules, batch):
    """What three readers that others wrote make of these files."""
    jobs = [{"file": path, "red": red} for _, path, red in batch]
    text = json.dumps(jobs)
    for reader, command in (
            ("junitparser", ["/usr/bin/python3",
                             os.path.join(HERE, "junit_red.py")]),
            ("node", ["node", os.path.join(HERE, "junit-red.mjs"),
                      modules])):
        got = subprocess.run(command, input=text, text=True, timeout=300,
                             capture_output=True, check=False)
        if got.returncode:
            raise SystemExit("%s: %s" % (reader, got.stderr[-500:]))
        answers = [json.loads(line) for line in got.stdout.splitlines()]
        wanted = len(batch) * (1 if reader == "junitparser" else 2)
        if len(answers) != wanted:
            raise SystemExit("%s judged %d of %d" % (reader, len(answers),
                                                     wanted))
        for answer in answers:
            for name in answer["green"]:
                batch[answer["job"]][0].said.append(
                    "%s: %s is green" % (answer["reader"], name))
    for task, path, _ in batch:
        os.remove(path)
        task.judged = True


# ------------------------------------------------------------------- running
def strangers_of(fleet):
    """For each listing the same one of another tenancy."""
    by_name = collections.defaultdict(list)
    for one in fleet.datasets:
        if one.status == "complete" and not one.imported:
            by_name[one.name].append(one)
    return {one: next((other for other in by_name[one.name]
                       if other.tenant != one.tenant and other.rows), None)
            for some in by_name.values() for one in some}


def sampled(rng, per_dataset, kinds, size):
    """One lie after the other: each kind and each connector in turn."""
    left = {key: list(tasks) for key, tasks in per_dataset.items()}
    chosen = []
    order = sorted({task.kind for tasks in left.values() for task in tasks})
    while len(chosen) < size and any(left.values()):
        for kind in order:
            some = [(key, task) for key, tasks in left.items()
                    for task in tasks if task.kind == kind]
            if some and len(chosen) < size:
                key, task = rng.choice(some)
                left[key].remove(task)
                chosen.append(task)
    return chosen


def collect_tasks(args, pool, workers, fleet, base, left_out):
    """What there is to tell, in the order of tenancies and listings."""
    strangers = strangers_of(fleet)
    rng = random.Random(args.seed)
    some = [one for one in strangers if not one.name.startswith("register.")]
    if args.only:
        some = [one for one in some if re.search(args.only.split(",")[0],
                                                 str(one))]
    if args.sample:
        by_connector = collections.defaultdict(list)
        for one in some:
            by_connector[one.name.split(".")[0]].append(one)
        some = [one for group in by_connector.values()
                for one in rng.sample(group, min(4, len(group)))]
    met = set()
    found = {}
    for one in some:
        worker = workers[0]
        found[one] = tasks_of(worker, base, one, strangers[one], met,
                              left_out)
    if args.sample:
        return sampled(rng, found, None, args.sample)
    every = [task for tasks in found.values() for task in tasks]
    rng.shuffle(every)
    return every


def one_task(task, idle, context):
    if context["until"] and time.monotonic() > context["until"]:
        return None
    if context["ledger"].knows(task):
        return context["ledger"].recall(task)
    worker = idle.get()
    try:
        # A lie knows the proxy that it was made for.
        task.lie = rebased(task.lie, context["base_url"], worker.proxy.base)
        tell(worker, context["base"], task, context["rows"],
             context["exits"], context["fleet"], context["readers"])
    except Exception as err:	# noqa: B902
        task.judged = True
        task.said.append("%s: %s" % (type(err).__name__, err))
        traceback.print_exc()
    finally:
        worker.proxy.watch()
        idle.put(worker)
    return task


def rebased(lie, old, new):
    if old == new:
        return lie
    lie.answer.body = lie.answer.body.replace(old.encode(), new.encode())
    lie.answer.headers = [(key, value.replace(old, new))
                          for key, value in lie.answer.headers]
    return lie


def drain(readers, modules, least):
    while readers is not None and readers.qsize() >= least and \
            readers.qsize():
        batch = [readers.get() for _ in range(min(READERS, readers.qsize()))]
        other_readers(modules, batch)


def main():
    words = argparse.ArgumentParser()
    for name in ("src", "build", "work"):
        words.add_argument(name)
    words.add_argument("--sample", type=int, default=0)
    words.add_argument("--seed", default="1")
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--only")
    words.add_argument("--modules")
    words.add_argument("--minutes", type=float, default=0)
    words.add_argument("--list", action="store_true")
    words.add_argument("--ledger")
    words.add_argument("--backwards", action="store_true")
    words.add_argument("--figures")
    args = words.parse_args()
    # Whoever ends this ends the simulated MSP, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    msp = whole_msp.Msp(args.src, args.build, args.work)
    their_base = msp.start()
    try:
        return night_after_night(args, their_base)
    finally:
        msp.stop()


def night_after_night(args, their_base):
    workers = [Worker(args, number, their_base)
               for number in range(args.jobs)]
    first = workers[0]
    first.proxy.watch()
    first.msp.run("run", "--now", FIRST, "--quiet", "--progress", "none")
    base = os.path.join(args.work, "base.db")
    shutil.copy(first.msp.database, base)
    exits = known_exits(first, base)
    fleet = rule_reads.Fleet(base)
    first.unfit += ["%s is %s in the good night" % (one, one.status)
                    for one in fleet.datasets if one.status != "complete"]
    left_out = collections.Counter()
    tasks = collect_tasks(args, None, workers, fleet, base, left_out)
    if args.only and "," in args.only:
        tasks = [task for task in tasks
                 if re.search(args.only.split(",", 1)[1], task.name)]
    print("# %d lies to tell" % len(tasks), flush=True)
    told.name_all(tasks, first.proxy.base)
    if args.list:
        for task in tasks:
            print(task.key)
        return 0
    readers = queue.Queue() if args.modules else None
    idle = queue.Queue()
    for worker in workers:
        idle.put(worker)
    ledger = told.Ledger(args.ledger, args.build)
    context = {"base": base, "rows": judge.stored(base), "exits": exits,
               "fleet": fleet, "readers": readers, "ledger": ledger,
               "base_url": first.proxy.base,
               "until": args.minutes and
               time.monotonic() + 60 * args.minutes}
    done = [ledger.recall(task) for task in tasks if ledger.knows(task)]
    if done:
        print("# %d were told before" % len(done))
    left = [task for task in tasks if not ledger.knows(task)]
    if args.backwards:
        left.reverse()
    tell_all(args, left, idle, context, ledger, done)
    if len(done) < len(tasks):
        print("# time is over: %d of %d were told" % (len(done), len(tasks)))
    return figures.report(done, len(tasks), left_out, args, first.unfit,
                          ledger)


def tell_all(args, tasks, idle, context, ledger, done):
    """Tells them side by side; what everybody judged is remembered."""
    waiting = []
    readers = context["readers"]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for task in pool.map(lambda one: one_task(one, idle, context),
                             tasks):
            if not task:
                continue
            waiting.append(task)
            if task.said and not task.recalled:
                print("# %s: %s" % (task.name, "; ".join(task.said[:3])),
                      flush=True)
            drain(readers, args.modules, READERS)
            waiting = remember(waiting, ledger, done)
            if len(done) % 100 == 0:
                print("# %d told" % len(done), flush=True)
    drain(readers, args.modules, 1)
    if remember(waiting, ledger, done):
        raise SystemExit("some lies were not judged by everybody")


def remember(waiting, ledger, done):
    """Takes those that are judged; leaves the others."""
    for task in waiting:
        if task.judged:
            if not task.recalled:
                ledger.write(task)
            done.append(task)
    return [task for task in waiting if not task.judged]


if __name__ == "__main__":
    sys.exit(main())
