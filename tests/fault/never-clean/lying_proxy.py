# SPDX-License-Identifier: Apache-2.0
"""A proxy between exitproof and the simulated MSP that writes down what is
asked and answered, and gives one answer another shape when it is told to."""
import http.client
import http.server
import threading
import time
import urllib.parse

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length",
       "content-encoding", "date", "accept-encoding"}


class Answer:
    """A response; body is plain, packed is what goes over the wire."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.wire = None		# in place of body, with its encoding
        self.stalls = False

    def copy(self):
        return Answer(self.status, list(self.headers), self.body)

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def set_header(self, name, value):
        self.headers = [row for row in self.headers
                        if row[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))


class Exchange:
    """One request with its true answer."""

    def __init__(self, method, target, body, answer):
        self.method, self.target, self.body = method, target, body
        self.answer = answer
        self.path = urllib.parse.urlsplit(target).path

    @property
    def key(self):
        return (self.method, self.target, self.body)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def upstream(self, body):
        proxy = self.server
        if not hasattr(self, "line"):
            self.line = http.client.HTTPConnection(*proxy.upstream,
                                                   timeout=30)
        headers = {key: value for key, value in self.headers.items()
                   if key.lower() not in HOP and key.lower() != "host"}
        self.line.request(self.command, self.path, body, headers)
        got = self.line.getresponse()
        text = got.read().replace(proxy.their_base, proxy.base.encode())
        return Answer(got.status, [
            (key, value.replace(proxy.their_base.decode(), proxy.base))
            for key, value in got.getheaders() if key.lower() not in HOP],
            text)

    def serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else b""
        proxy = self.server
        lie = proxy.lie
        seen = Exchange(self.command, self.path, body, None)
        answer = None
        if lie and lie.strikes(seen):
            proxy.struck += 1
            answer = lie.answer
        if answer is None:
            answer = self.upstream(body)
            seen.answer = answer
            proxy.seen.append(seen)
        if answer.stalls:
            time.sleep(proxy.stall_seconds)
            self.close_connection = True
            return
        self.send(answer)

    def send(self, answer):
        text = answer.body if answer.wire is None else answer.wire
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for key, value in answer.headers:
            self.send_header(key, value)
        if answer.wire is not None:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = serve


class Proxy(http.server.ThreadingHTTPServer):
    """lie, when set, has strikes(exchange) and answer."""

    daemon_threads = True
    request_queue_size = 64
    stall_seconds = 1.0

    def __init__(self, their_base):
        super().__init__(("127.0.0.1", 0), Handler)
        where = urllib.parse.urlsplit(their_base)
        self.upstream = (where.hostname, where.port)
        self.their_base = their_base.encode()
        self.base = "http://127.0.0.1:%d" % self.server_port
        self.lie = None
        self.struck = 0
        self.seen = []
        threading.Thread(target=self.serve_forever, args=(0.05,),
                         daemon=True).start()

    def watch(self):
        """Forgets what was seen, and lies no more."""
        self.lie = None
        self.struck = 0
        self.seen = []

    def handle_error(self, request, client_address):
        """Who stops listening in the middle is the program under test."""
