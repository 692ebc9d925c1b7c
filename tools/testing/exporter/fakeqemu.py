# SPDX-License-Identifier: GPL-2.0
"""A QEMU's monitors without a QEMU: fakeqemu.py DIR STATUS [HOW...]

Serves QMP at DIR/qmp and DIR/events, one client at a time each, as QEMU does, for
a VM that is in STATUS (running, paused, inmigrate; or stopping: it runs until somebody
listens, and stops just then). Commands: stop, cont, query-status; "silently",
with which the VM stops and only those who listen are told; and "hang-up", after which nobody
can listen any more. What it is asked is appended to DIR/asked as soon as it comes, a command
a line, and what it tells by itself to DIR/told as "EVENT NS".

HOW it answers, times in seconds: act=T, it does a command T after it was told;
answer=T, it says so T after it did; events=T, those who listen hear T after it happened,
with the time when it did; drip, it says one byte at a time; chatter, to a "stop"
it does not answer but tells of other events for ever; once=COMMAND:T, act=T for
the first such COMMAND only.
"""

import heapq
import itertools
import json
import os
import selectors
import socket
import sys
import time


DRIP_S = 0.0005
CHATTER_S = 0.1


class Machine:
    def __init__(self, home, status, *how):
        self.home, self.status = home, status
        how = dict(word.partition("=")[::2] for word in how)
        self.act, self.answer, self.late_events = (
            float(how.get(name, 0)) for name in ("act", "answer", "events"))
        self.drip = "drip" in how
        self.chatters = "chatter" in how
        self.once = how.get("once", "").split(":")
        self.uuid = how.get("return", "{}")
        self.selector = selectors.DefaultSelector()
        self.clients = {}
        self.later, self.order = [], itertools.count()
        self.listeners = [self.listen(name) for name in ("qmp", "events")]

    def at(self, delay, do, *args):
        """Do it so much later; what is for the same time in the order of asking."""
        heapq.heappush(self.later, (time.monotonic() + delay, next(self.order), do, args))

    def listen(self, name):
        path = os.path.join(self.home, name)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(4)
        self.selector.register(listener, selectors.EVENT_READ)
        return listener

    def write_down(self, where, what):
        with open(os.path.join(self.home, where), "a", encoding="ascii") as f:
            f.write(f"{what}\n")

    def write(self, client, data):
        """In whatever pieces; a client may have gone meanwhile."""
        try:
            for i in range(0, len(data), 1 if self.drip else len(data)):
                client.sendall(data[i:i + (1 if self.drip else len(data))])
                time.sleep(DRIP_S if self.drip else 0)
        except OSError:
            pass

    def send(self, client, message, delay=0):
        self.at(delay, self.write, client, json.dumps(message).encode() + b"\r\n")

    def tell(self, event):
        now = time.time_ns()
        self.write_down("told", f"{event} {now}")
        stamp = {"seconds": now // 10**9, "microseconds": now % 10**9 // 1000}
        for client in self.clients:
            late = self.late_events if client in self.listening() else self.answer
            self.send(client, {"event": event, "timestamp": stamp}, late)

    def run(self, command):
        if command in ("stop", "silently") and self.status == "running":
            self.status = "paused"
            self.tell("STOP")
        if command == "cont" and self.status != "running":
            self.status = "running"
            self.tell("RESUME")
        if command == "query-status":
            return {"status": self.status, "running": self.status in ("running", "stopping")}
        if command == "query-uuid":
            return json.loads(self.uuid)
        if command == "hang-up":
            self.hang_up()
        return {}

    def listening(self):
        return [client for client in self.clients if self.clients[client][0] in self.listeners[1:]]

    def hang_up(self):
        for client in self.listening():
            self.drop(client)
        self.selector.unregister(self.listeners[1])
        self.listeners.pop().close()

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
            command = json.loads(line)["execute"]
            self.write_down("asked", command)
            self.at(self.act_time(command), self.obey, client, command)

    def act_time(self, command):
        if command != self.once[0]:
            return self.act
        late = float(self.once[1])
        self.once = [""]
        return late

    def chatter(self, client):
        self.write(client, b'{"event": "RTC_CHANGE"}\r\n')
        if client in self.clients:
            self.at(CHATTER_S, self.chatter, client)

    def obey(self, client, command):
        if self.chatters and command == "stop":
            self.chatter(client)
            return
        answer = self.run(command)
        if self.status == "stopping" and client in self.listening():
            self.last_words(client)
        else:
            self.send(client, {"return": answer}, self.answer)

    def serve(self):
        while True:
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, do, args = heapq.heappop(self.later)
                do(*args)
            wait = self.later[0][0] - time.monotonic() if self.later else None
            for key, _ in self.selector.select(wait):
                if key.fileobj in self.listeners:
                    self.accept(key.fileobj)
                elif key.fileobj in self.clients:
                    self.receive(key.fileobj)


Machine(*sys.argv[1:]).serve()
