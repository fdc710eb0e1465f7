# SPDX-License-Identifier: Apache-2.0
"""The quickstart's MSP with nothing left unread.

The quickstart leaves some listings out on purpose: a licence that is missing,
a credential that nobody made, a file that nobody exported.  On such a night
something is undecided already, and an exit status of 2 would prove nothing.
Here all of that is there, so that one broken answer is the only one.
"""
import csv
import os
import re
import subprocess
import time

import yaml

MSP = "northwind"
LEFT = "2026-11-10T17:00:00Z"
WORKSTATION = "b1be0000-0000-4000-8000-000000003571"
CAPTURED = "2026-11-17T01:00:00Z"


class Broken(Exception):
    """The program ended as it never should."""


class Plain(yaml.SafeLoader):
    """Leaves times what they are written as."""


Plain.yaml_implicit_resolvers = {
    first: [one for one in rows if "timestamp" not in one[0]]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Unshared(yaml.SafeDumper):
    """The world file knows no anchors."""

    def ignore_aliases(self, data):
        return True


def read(path):
    with open(path, encoding="utf-8") as src:
        return yaml.load(src, Loader=Plain)


def write(path, data):
    with open(path, "w", encoding="utf-8") as out:
        yaml.dump(data, out, Dumper=Unshared, allow_unicode=True, width=1000,
                  sort_keys=False)


# Clocks of waits, rate windows and tokens, here and at the vendors.
HURRY = 1000


def find(rows, **want):
    key, value = next(iter(want.items()))
    return next(row for row in rows if row.get(key) == value)


def whole_world(world):
    """What the vendors refuse in the quickstart, they give."""
    for part in world.values():
        if isinstance(part, dict) and "rate" in part:
            part["rate"] = {"size": 0, "window": 60}
    world["faults"] = []
    world["nights"] = world["nights"][:1]
    for tenant in world["entra"]["tenants"]:
        tenant["plans"] = ["p1", "p2", "intune"]
    for org in world["okta"]["orgs"]:
        for user in org["users"]:
            if "exitproof" in user.get("login", ""):
                user["roles"] = [{"id": "ra1whole" + org["id"][2:14],
                                  "label": "Super Administrator",
                                  "type": "SUPER_ADMIN"}]
        org.setdefault("devices", [])
    for account in world["onelogin"]["accounts"]:
        account.setdefault("privileges", [])
    for tenant in world["printix"]["tenants"]:
        if tenant["domain"] == "foxglove.printix.net":
            tenant["in_partner_list"] = False
        if tenant["domain"] == "bluebird.printix.net":
            tenant["apps"]["workstation"] = {
                "client_id": WORKSTATION, "client_secret": "CANARY-whole-ws"}
    subscriptions = world["google-reseller"]["subscriptions"]
    subscriptions[:] = [one for one in subscriptions
                        if one["customerId"] != "C0ceda99"]
    customers = world["google"]["customers"]
    for client in {key for one in customers for key in one["delegations"]}:
        scopes = sorted({scope for one in customers
                         for scope in one["delegations"].get(client, [])})
        for customer in customers:
            customer["delegations"][client] = scopes
    msp = find(world["entra"]["tenants"], domain="northwind.example")
    msp["gdap_customers"] = [one for one in msp["gdap_customers"]
                             if not one["tenantId"].startswith("ceda")]


def whole_config(folder, their_base):
    """Every credential that a listing asks for.  A request for a token of
    Google's names where it is sent in what it signs, so it goes there."""
    main = read(os.path.join(folder, "exitproof.yaml"))
    for connection in main["msp"]["connections"]:
        keys = connection["credentials"]
        if connection["connector"] == "google":
            keys["security"] = dict(keys["directory"])
            keys["licences"] = dict(keys["directory"])
        elif connection["connector"] == "ninjaone":
            keys["technician"] = dict(
                keys["app"],
                refresh_token={"file": "secrets/ninjaone-instance-desk"})
    for name in ("google", "google-reseller"):
        main["vendors"][name]["base"]["oauth"] = their_base + "/google-oauth"
    main["testing"].pop("ca_file", None)
    # Six hours would be over within the seconds that a busy machine naps.
    main["run_hours"] = 48
    main["testing"]["hurry"] = HURRY
    write(os.path.join(folder, "exitproof.yaml"), main)
    quick = dict(main, testing=dict(main["testing"], answer_ms=400))
    write(os.path.join(folder, "impatient.yaml"), quick)
    path = os.path.join(folder, "customers", "bluebird.yaml")
    bluebird = read(path)
    printix = find(bluebird["connections"], connector="printix")
    printix["credentials"]["workstation"] = {
        "client_id": WORKSTATION,
        "client_secret": {"file": "secrets/printix-%s-workstation"
                                  % printix["tenant"]}}
    write(path, bluebird)
    path = os.path.join(folder, "customers", "cedar.yaml")
    cedar = read(path)
    cedar["claims"] = [one for one in cedar["claims"]
                       if one["system"] != "google"]
    write(path, cedar)


def table(folder, name, rows):
    """Adds rows to an evidence file; values by column name."""
    path = os.path.join(folder, "imports", name)
    with open(path, encoding="utf-8", newline="") as src:
        lines = list(csv.DictReader(src))
    columns = list(lines[0])
    for row in rows:
        lines.append({column: row.get(column, "") for column in columns})
    for line in lines:
        line["captured_at"] = CAPTURED
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(lines)


def whole_files(folder):
    """The evidence that nobody fetched, and people to close exits for."""
    delta = "delta-dental.printix.net"
    table(folder, "printix-applications.csv", [
        {"tenant_domain": delta, "application": name, "client_id_last4": last,
         "created_at": "2026-01-10", "purpose": "exitproof",
         "created_by": "ana.lima@northwind.example",
         "owner": "svc-exitproof@northwind.example"}
        for name, last in (("Cloud Print API", "c101"),
                           ("Card Manager", "ca01"),
                           ("Workstation Monitoring", "3571"))])
    table(folder, "printix-subscriptions.csv", [
        {"tenant_domain": delta, "business_model": "Business",
         "billing_frequency": "Monthly", "state": "active",
         "period_begin": "2026-11-01", "period_end": "2026-12-01",
         "created_by_email": "ana.lima@northwind.example"}])
    table(folder, "printix-tenant-users.csv", [
        {"tenant_domain": delta, "name": "Dora Finn", "role":
         "System manager", "email": "dora.finn@delta-dental.example",
         "sign_in_method": "Microsoft",
         "captured_by": "ravi.rao@northwind.example"}])
    table(folder, "onelogin-api-credentials.csv", [
        {"account_id": "555002", "name": "exitproof", "scope": "Read All",
         "owner": "nora.page@bluebird.example", "created": "2026-06-30",
         "state": "enabled", "purpose": "exitproof",
         "captured_by": "ana.lima@northwind.example"}])
    table(folder, "onelogin-super-users.csv", [
        {"account_id": "555002", "email": "nora.page@bluebird.example",
         "role": "owner", "captured_by": "ana.lima@northwind.example"}])
    table(folder, "dnsfilter-integrations.csv", [
        {"organization_id": org, "kind": "data_export", "state": "off",
         "owner": "ana.lima@northwind.example"}
        for org in ("802319", "802321")])
    for name in ("dnsfilter-api-keys.csv",
                 "dnsfilter-subscriptions.csv", "ninjaone-api-clients.csv",
                 "printix-partner-users.csv"):
        table(folder, name, [])
    leavers(folder, (MSP, "acme", "bluebird", "cedar", "delta-dental",
                     "evergreen"))


def slices(folder, rules):
    """What the profile of a technician wants of one product, as a profile of
    its own, for each: an exit that hangs on few listings."""
    whole = read(os.path.join(rules, "profiles", "msp-technician.yaml"))
    ends = {}
    for end in whole["ends"]:
        for system in end.get("systems", []):
            ends.setdefault(system, []).append(end["id"])
    names = []
    os.makedirs(os.path.join(folder, "rules", "profiles"))
    for system, some in sorted(ends.items()):
        names.append("only-" + system)
        write(os.path.join(folder, "rules", "profiles",
                           names[-1] + ".yaml"),
              {"profile": names[-1], "revision": 1,
               "title": "A technician goes from one product",
               "why": "A question about few listings is soon answered.",
               "subject": "person", "fleet": True,
               "keyless": whole["keyless"],
               "ends": [{"id": one, "use": "msp-technician/" + one}
                        for one in some]})
    return names


def leavers(folder, customers):
    """Somebody of each customer who left and holds nothing anywhere."""
    with open(os.path.join(folder, "leavers.csv"), "a",
              encoding="utf-8") as out:
        for customer in customers:
            out.write("nemo-{0},Nemo {1},nemo@{0}.example,,{0},{2},ticket\n"
                      .format(customer, customer.title(), LEFT))


class Msp:
    """A running simulated MSP, and a configuration that reads it through the
    address it is given."""

    def __init__(self, src, build, work):
        self.src, self.build, self.work = src, build, work
        self.estate = os.path.join(build, "tests/estate/estate")
        self.program = os.path.join(build, "exitproof")
        self.folder = os.path.join(work, "config")
        self.data = os.path.join(work, "data")
        self.process = None
        self.slices = []

    def start(self):
        worlds = os.path.join(self.src, "tests/estate/worlds")
        world = read(os.path.join(worlds, "quickstart.yaml"))
        whole_world(world)
        path = os.path.join(self.work, "whole.yaml")
        write(path, world)
        state = os.path.join(self.work, "estate.state")
        self.process = subprocess.Popen(
            [self.estate, "--world", path, "--state", state, "--journal",
             os.path.join(self.work, "estate.journal"),
             "--hurry", str(HURRY)],
            stdin=subprocess.DEVNULL)
        for _ in range(400):
            if os.path.exists(state) and os.path.getsize(state):
                break
            if self.process.poll() is not None:
                raise SystemExit("the simulated MSP did not start")
            time.sleep(0.05)
        with open(state, encoding="utf-8") as src:
            self.base = re.search(r"base_url=(\S+)", src.read()).group(1)
        return self.base

    def configure(self, base):
        """The folders of an MSP whose vendors answer at base."""
        shipped = os.path.join(self.src, "tests/estate/worlds/quickstart")
        place = os.path.join(self.work, "quickstart")
        state = os.path.join(self.work, "proxy.state")
        with open(state, "w", encoding="utf-8") as out:
            out.write("base_url=%s\nca_file=\n" % base)
        os.symlink(os.path.join(self.work, "whole.yaml"), place + ".yaml")
        os.symlink(shipped, place)
        subprocess.run(["sh", os.path.join(self.src,
                                           "tests/estate/configure.sh"),
                        self.estate, state, place, self.folder], check=True)
        whole_config(self.folder, self.base)
        whole_files(self.folder)
        self.slices = slices(self.folder, os.path.join(self.src, "rules"))
        os.makedirs(self.data)
        for name, where in (("rules", "rules"), ("reports", "reports"),
                            ("connectors", "scanner/connectors"),
                            ("evidence", "scanner/evidence")):
            os.symlink(os.path.join(self.src, where),
                       os.path.join(self.data, name))

    def run(self, *words, quick=False, status=None):
        """exitproof with these words; fails unless it ends with a status
        that an audit may end with, or with the one that is wanted."""
        config = os.path.join(self.folder, "impatient.yaml" if quick
                              else "exitproof.yaml")
        env = dict(os.environ, EXITPROOF_CONFIG=config,
                   EXITPROOF_DATADIR=self.data, NO_COLOR="1", TZ="UTC")
        got = subprocess.run([self.program, *words], env=env, text=True,
                             stdin=subprocess.DEVNULL, capture_output=True,
                             timeout=300, check=False)
        if got.returncode not in ((0, 1, 2, 69) if status is None
                                  else (status,)):
            raise Broken("status %d of %s: %s" % (
                got.returncode, " ".join(words[:2]), got.stderr[-300:]))
        return got

    @property
    def database(self):
        return os.path.join(self.work, "exitproof.db")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
