#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mail server and a webhook that keep what they are given.

sink.py FOLDER: writes its ports to FOLDER/ports ("smtp http"), each mail to
FOLDER/mail-N (commands, then the message) and each post to FOLDER/post-N
(request line, headers, body).  While FOLDER/fail exists, both refuse.
"""
import http.server
import os
import socketserver
import sys
import threading

folder = sys.argv[1]
lock = threading.Lock()
numbers = {"mail": 0, "post": 0}


def keep(kind, data):
    with lock:
        numbers[kind] += 1
        path = os.path.join(folder, "%s-%d" % (kind, numbers[kind]))
        with open(path, "wb") as out:
            out.write(data)


def failing():
    return os.path.exists(os.path.join(folder, "fail"))


class Smtp(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def take_message(self, said):
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        keep("mail", b"".join(said) + b"\n" + b"".join(lines))
        self.say("250 kept")

    def handle(self):
        said = []
        self.say("220 sink")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-sink\r\n250 AUTH PLAIN\r\n")
            elif verb == b"AUTH":
                self.say("334 ")
                said.append(line.rstrip() + b" " + self.rfile.readline())
                self.say("235 good")
            elif verb == b"MAIL" and failing():
                self.say("451 not now")
            elif verb in (b"MAIL", b"RCPT"):
                said.append(line)
                self.say("250 good")
            elif verb == b"DATA":
                self.take_message(said)
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("500 what")


class Http(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 500 if failing() else 200
        if status == 200:
            head = "%s\n%s" % (self.requestline, self.headers)
            keep("post", head.encode() + body)
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


smtp = Server(("127.0.0.1", 0), Smtp)
web = Server(("127.0.0.1", 0), Http)
threading.Thread(target=smtp.serve_forever, daemon=True).start()
with open(os.path.join(folder, "ports.new"), "w") as out:
    out.write("%d %d\n" % (smtp.server_address[1], web.server_address[1]))
os.rename(os.path.join(folder, "ports.new"), os.path.join(folder, "ports"))
web.serve_forever()
