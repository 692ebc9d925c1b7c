# SPDX-License-Identifier: GPL-2.0
"""A QEMU's monitors without a QEMU: fakeqemu.py DIR STATUS

Serves QMP at DIR/qmp and DIR/events, one client at a time each, as QEMU does, for
a VM that is in STATUS (running, paused, inmigrate; or stopping: it runs until somebody
listens, and stops just then). Commands: stop, cont, query-status; and "silently",
with which the VM stops and only those who listen are told. What it tells by itself is
appended to DIR/told as "EVENT NS".
"""

import json
import os
import selectors
import socket
import sys
import time


class Machine:
    def __init__(self, home, status):
        self.home, self.status = home, status
        self.selector = selectors.DefaultSelector()
        self.clients = {}
        self.listeners = [self.listen(name) for name in ("qmp", "events")]

    def listen(self, name):
        path = os.path.join(self.home, name)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(4)
        self.selector.register(listener, selectors.EVENT_READ)
        return listener

    @staticmethod
    def send(client, message):
        try:
            client.sendall(json.dumps(message).encode() + b"\r\n")
        except OSError:
            pass

    def tell(self, event):
        now = time.time_ns()
        with open(os.path.join(self.home, "told"), "a", encoding="ascii") as f:
            f.write(f"{event} {now}\n")
        stamp = {"seconds": now // 10**9, "microseconds": now % 10**9 // 1000}
        for client in self.clients:
            self.send(client, {"event": event, "timestamp": stamp})

    def run(self, command):
        if command in ("stop", "silently") and self.status == "running":
            self.status = "paused"
            self.tell("STOP")
        if command == "cont" and self.status != "running":
            self.status = "running"
            self.tell("RESUME")
        if command == "query-status":
            return {"status": self.status, "running": self.status in ("running", "stopping")}
        return {}

    def listening(self):
        return [client for client in self.clients if self.clients[client][0] is self.listeners[1]]

    def last_words(self, client):
        """An answer and an event in one packet."""
        self.status = "paused"
        client.sendall(b'{"return": {}}\r\n{"event": "STOP"}\r\n')

    def drop(self, client):
        self.selector.unregister(client)
        listener = self.clients.pop(client)[0]
        client.close()
        self.selector.register(listener, selectors.EVENT_READ)

    def accept(self, listener):
        client = listener.accept()[0]
        self.selector.unregister(listener)
        self.clients[client] = (listener, bytearray())
        self.selector.register(client, selectors.EVENT_READ)
        self.send(client, {"QMP": {}})

    def receive(self, client):
        try:
            data = client.recv(4096)
        except OSError:
            data = b""
        if not data:
            self.drop(client)
            return
        buffer = self.clients[client][1]
        buffer += data
        while b"\n" in buffer:
            line, _, rest = bytes(buffer).partition(b"\n")
            buffer[:] = rest
            answer = self.run(json.loads(line)["execute"])
            if self.status == "stopping" and client in self.listening():
                self.last_words(client)
                continue
            self.send(client, {"return": answer})

    def serve(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj in self.listeners:
                    self.accept(key.fileobj)
                elif key.fileobj in self.clients:
                    self.receive(key.fileobj)


Machine(*sys.argv[1:3]).serve()
