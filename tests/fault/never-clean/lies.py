# SPDX-License-Identifier: Apache-2.0
"""What one answer of a vendor is replaced by.

Each lie is made for one request of one listing, from its true answer and from
what the connector says of the endpoint.  A lie that cannot be told there, or
that nobody could notice, gives the reason instead; the reasons are counted
and printed.
"""
import gzip
import json
import os
import urllib.parse
import zlib

import yaml

SAME = "the true answer has that form already"
NOT_A_LIST = "the answer is one object, not a list"
NOT_PAGED = "the listing is not read page by page"
NO_LINK = "no link or cursor of an answer is followed"
NO_TOTAL = "the vendor states no count"
ONLY_PAGE = "it is the only page"
NO_ROWS = "there is no record in the answer"
NO_FIELD = "the connector needs no member of these records"
NO_ROLE = "the records name no role by a word that is mapped"
NO_OTHER = "no other tenancy has such a listing"
ABSENT = ("undetectable: the vendor's documented answer where there is "
          "nothing")
CHILD = ("undetectable: one parent of several has no children, and no count "
         "says otherwise")
TRANSIENT = ("undetectable: a listing that may be empty any night, and no "
             "count says otherwise")
SHORTER = ("undetectable: a list may end after any page, and no count says "
           "otherwise")
UNNAMED = "undetectable: no record names the tenancy it is from"


class Endpoint:
    """One endpoint of a connector file."""

    def __init__(self, connector, name, data):
        page = data.get("page") or connector.get("page") or {}
        self.name = name
        self.path = data.get("path")
        self.query = data.get("query") or {}
        self.records = data.get("records")
        self.page = page.get("kind", "none") if self.records else "none"
        self.next = (page.get("next") or "").strip('"')
        self.next_header = page.get("next_header")
        self.until_empty = page.get("until_empty", False)
        self.total = data.get("total")
        self.total_header = page.get("total_header")
        self.transient = data.get("transient", False)
        self.absent = data.get("absent", [])
        self.for_each = data.get("for_each")
        self.tenant_path = data.get("tenant_path")
        self.emit = data.get("emit", [])
        # Where it is asked whether all of the listing may be seen.
        self.right = (data.get("rights") or {}).get("ask")

    @property
    def counted(self):
        return bool(self.total or self.total_header)

    def needed(self):
        """Paths of members without which a record cannot be understood."""
        paths = set()
        for emit in self.emit:
            if any(word in emit for word in ("each", "when", "optional")):
                continue
            for field in emit["fields"].values():
                if isinstance(field, str):
                    paths.add(field)
                elif set(field) & {"optional", "absent", "const", "parent",
                                   "first", "join"}:
                    continue
                elif "path" in field:
                    paths.add(field["path"])
        return sorted(path for path in paths
                      if not set(path) & set('"[]*') and path)

    def role_word(self):
        for emit in self.emit:
            mapped = emit["fields"].get("privileged")
            if emit["kind"] == "role" and isinstance(mapped, dict) and \
                    "path" in mapped and "each" not in emit:
                return mapped["path"]
        return None


def endpoints(folder):
    """By dataset name."""
    found = {}
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file), encoding="utf-8") as src:
            connector = yaml.safe_load(src)
        for name, data in (connector.get("endpoints") or {}).items():
            found["%s.%s" % (connector["connector"], name)] = \
                Endpoint(connector, name, data)
    return found


# ---------------------------------------------------------------- documents
def walk(doc, path):
    """(holder, last name) of a path, None where it does not lead on."""
    parts = path.split(".")
    for part in parts[:-1]:
        if not isinstance(doc, dict) or part not in doc:
            return None, None
        doc = doc[part]
    return (doc, parts[-1]) if isinstance(doc, dict) else (None, None)


def records_of(doc, endpoint):
    """The list, or None."""
    if not endpoint.records:
        return None
    if endpoint.records == "." or isinstance(doc, list):
        return doc if isinstance(doc, list) else None
    holder, name = walk(doc, endpoint.records)
    rows = holder.get(name) if holder else None
    return rows if isinstance(rows, list) else None


def parsed(exchange):
    try:
        return json.loads(exchange.answer.body)
    except ValueError:
        return None


def rows_in(exchange, endpoint):
    rows = records_of(parsed(exchange), endpoint)
    return len(rows) if rows is not None else 0


class Lie:
    def __init__(self, answer, exchange, wide=False, expect="unread"):
        self.answer, self.exchange, self.wide = answer, exchange, wide
        self.expect = expect

    def strikes(self, seen):
        mine = self.exchange
        if self.wide:
            return (seen.method, seen.path) == (mine.method, mine.path)
        return seen.key == mine.key


class Place:
    """One request of a listing, among the others of that listing."""

    def __init__(self, endpoint, pages, index, stranger=None):
        self.endpoint, self.pages, self.index = endpoint, pages, index
        self.exchange = pages[index]
        self.stranger = stranger	# the same listing of another tenancy

    @property
    def chain(self):
        """The pages of the list that this one belongs to: a parent that is
        named in the query has a list of its own."""
        mine = self.parent_of(self.exchange)
        return [one for one in self.pages if self.parent_of(one) == mine]

    def parent_of(self, one):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(one.target).query)
        return (one.method, one.path, [
            query.get(name) for name, value in self.endpoint.query.items()
            if "{parent" in str(value)])

    def others_rows(self, gone):
        return sum(rows_in(one, self.endpoint) for one in self.pages
                   if one not in gone)

    def emptied(self, gone, lie, alone):
        """A lie that takes the records of these pages away: it can be told
        from the truth when the vendor counts, or when nothing is left."""
        if self.endpoint.transient:
            return TRANSIENT
        if self.others_rows(gone):
            return alone
        return lie

    def body(self, doc):
        answer = self.exchange.answer.copy()
        answer.body = json.dumps(doc).encode()
        return answer


# --------------------------------------------------------------------- lies
def status(code):
    def tell(place):
        body = json.dumps({"message": "simulated", "error": "simulated",
                           "errors": [{"detail": "simulated"}]}).encode()
        from lying_proxy import Answer
        lie = Lie(Answer(code, [("Content-Type", "application/json")], body),
                  place.exchange)
        if code in place.endpoint.absent:
            return ABSENT if place.others_rows([place.exchange]) or not \
                rows_in(place.exchange, place.endpoint) else \
                place.emptied([place.exchange], lie, ABSENT)
        return lie
    return tell


def sign_in_page(place):
    answer = place.exchange.answer.copy()
    answer.set_header("Content-Type", "text/html; charset=utf-8")
    answer.body = (b"<!DOCTYPE html><html><head><title>Sign in</title></head>"
                   b"<body><form method=post></form></body></html>")
    return Lie(answer, place.exchange)


def empty_body(place):
    answer = place.exchange.answer.copy()
    answer.body = b""
    return Lie(answer, place.exchange)


def cut_json(place):
    answer = place.exchange.answer.copy()
    answer.body = answer.body[:len(answer.body) * 6 // 10] or b"{"
    return Lie(answer, place.exchange)


def cut_gzip(place):
    answer = place.exchange.answer.copy()
    packed = gzip.compress(answer.body, mtime=0)
    for size in range(len(packed) * 6 // 10, 10, -1):
        if len(zlib.decompressobj(31).decompress(packed[:size])) < \
                len(answer.body.rstrip()):
            answer.wire = packed[:size]
            return Lie(answer, place.exchange)
    answer.wire = packed[:10]
    return Lie(answer, place.exchange)


def stall(place):
    answer = place.exchange.answer.copy()
    answer.stalls = True
    return Lie(answer, place.exchange)


def without_next(answer, endpoint):
    """The answer as if it were the last page."""
    doc = json.loads(answer.body)
    if endpoint.page == "link_header":
        answer.set_header("Link", None)
    if endpoint.next_header:
        answer.set_header(endpoint.next_header, None)
    if endpoint.next and isinstance(doc, dict):
        holder, name = (doc, endpoint.next) if endpoint.next in doc else \
            walk(doc, endpoint.next)
        if holder:
            holder.pop(name, None)
        answer.body = json.dumps(doc).encode()
    return answer


def empty_list(place):
    endpoint = place.endpoint
    doc = parsed(place.exchange)
    rows = records_of(doc, endpoint)
    if rows is None:
        return NOT_A_LIST
    if not rows:
        return SAME
    rows.clear()
    answer = without_next(place.body(doc), endpoint)
    doc = json.loads(answer.body)
    if endpoint.total:
        holder, name = walk(doc, endpoint.total)
        if holder and name in holder:
            holder[name] = 0
            answer.body = json.dumps(doc).encode()
    if endpoint.total_header and answer.header(endpoint.total_header):
        answer.set_header(endpoint.total_header, "0")
    chain = place.chain
    gone = chain[chain.index(place.exchange):]
    lie = Lie(answer, place.exchange)
    if endpoint.counted and len(gone) < len(chain):
        return lie
    return place.emptied(gone, lie, SHORTER if len(gone) < len(chain)
                         else CHILD)


def with_next(place, link, cursor):
    """An answer that goes on at the link, or with the cursor."""
    endpoint = place.endpoint
    answer = place.exchange.answer.copy()
    if endpoint.page == "link_header":
        answer.set_header("Link", '<%s>; rel="next"' % link)
        return answer
    if endpoint.next_header:
        answer.set_header(endpoint.next_header, cursor)
        return answer
    doc = parsed(place.exchange)
    if not isinstance(doc, dict) or not endpoint.next:
        return None
    value = link if endpoint.page == "next_url" else cursor
    if endpoint.next in doc or endpoint.next.startswith("@"):
        doc[endpoint.next] = value
    else:
        at = doc
        parts = endpoint.next.split(".")
        for part in parts[:-1]:
            if not isinstance(at.get(part), dict):
                at[part] = {}
            at = at[part]
        at[parts[-1]] = value
    answer.body = json.dumps(doc).encode()
    return answer


def foreign_next(place):
    if place.endpoint.page not in ("link_header", "next_url"):
        return NO_LINK
    answer = with_next(place, "https://evil.example/v1/next", "")
    return Lie(answer, place.exchange) if answer else NO_LINK


def repeated_cursor(base):
    def tell(place):
        endpoint = place.endpoint
        if endpoint.page == "none":
            return NOT_PAGED
        if endpoint.page in ("link_header", "next_url", "cursor"):
            answer = with_next(place, base + place.exchange.target, "c2FtZQ")
            if not answer:
                return NO_LINK
            if endpoint.until_empty and not rows_in(place.exchange,
                                                    endpoint):
                return NO_ROWS
            return Lie(answer, place.exchange, endpoint.page == "cursor")
        chain = place.chain
        at = chain.index(place.exchange)
        if at == 0:
            return ONLY_PAGE
        before = chain[at - 1]
        if not rows_in(before, endpoint):
            return NO_ROWS
        return Lie(before.answer.copy(), place.exchange)
    return tell


def last_page_missing(place):
    endpoint = place.endpoint
    chain = place.chain
    if len(chain) < 2:
        return ONLY_PAGE if endpoint.page != "none" else NOT_PAGED
    if endpoint.page in ("link_header", "next_url", "cursor"):
        if place.exchange is not chain[-2]:
            return ONLY_PAGE
        lie = Lie(without_next(place.exchange.answer.copy(), endpoint),
                  place.exchange)
    else:
        if place.exchange is not chain[-1]:
            return ONLY_PAGE
        doc = parsed(place.exchange)
        rows = records_of(doc, endpoint)
        if rows is None:
            return NOT_A_LIST
        rows.clear()
        lie = Lie(place.body(doc), place.exchange)
    if not rows_in(chain[-1], endpoint):
        return NO_ROWS
    return lie if endpoint.counted else SHORTER


def lower_total(place):
    endpoint = place.endpoint
    answer = place.exchange.answer.copy()
    if endpoint.total_header and answer.header(endpoint.total_header):
        count = int(answer.header(endpoint.total_header))
        if count == 0:
            return NO_ROWS
        answer.set_header(endpoint.total_header, str(count - 1))
        return Lie(answer, place.exchange)
    if not endpoint.total:
        return NO_TOTAL
    doc = parsed(place.exchange)
    holder, name = walk(doc, endpoint.total)
    if not holder or not isinstance(holder.get(name), int):
        return NO_TOTAL
    if holder[name] == 0:
        return NO_ROWS
    holder[name] -= 1
    return Lie(place.body(doc), place.exchange)


def renamed(path):
    def tell(place):
        doc = parsed(place.exchange)
        rows = records_of(doc, place.endpoint)
        if rows is None:
            rows = [doc] if not place.endpoint.records else []
        met = 0
        for row in rows:
            holder, name = walk(row, path)
            if holder and name in holder:
                holder["renamed" + name] = holder.pop(name)
                met += 1
        return Lie(place.body(doc), place.exchange) if met else NO_ROWS
    return tell


def field_renamed(place):
    """The members that may be renamed are lies of their own; see fields."""
    return NO_FIELD if not place.endpoint.needed() else NO_ROWS


def fields(place):
    """(name, lie) for each member without which a record says nothing."""
    told = []
    for path in place.endpoint.needed():
        lie = renamed(path)(place)
        if isinstance(lie, Lie):
            told.append((path, lie))
    return told


def unknown_role(place):
    path = place.endpoint.role_word()
    if not path:
        return NO_ROLE
    doc = parsed(place.exchange)
    for row in records_of(doc, place.endpoint) or []:
        holder, name = walk(row, path)
        if holder and isinstance(holder.get(name), str):
            holder[name] = "WIZARD"
            return Lie(place.body(doc), place.exchange, expect="role")
    return NO_ROWS


def other_tenancy(place):
    if not place.stranger:
        return NO_OTHER
    if not place.endpoint.tenant_path:
        return UNNAMED
    answer = place.exchange.answer.copy()
    answer.body = place.stranger.answer.body
    return Lie(answer, place.exchange)


def kinds(base):
    """Every lie by name."""
    return {
        "403": status(403), "404": status(404), "401 for ever": status(401),
        "429 for ever": status(429), "500": status(500),
        "empty list": empty_list, "empty body": empty_body,
        "sign-in page": sign_in_page, "cut JSON": cut_json,
        "cut gzip": cut_gzip, "repeated cursor": repeated_cursor(base),
        "foreign next": foreign_next, "other tenancy": other_tenancy,
        "lower total": lower_total, "last page missing": last_page_missing,
        "field renamed": field_renamed, "unknown role": unknown_role,
        "stall": stall,
    }
