# SPDX-License-Identifier: GPL-2.0
"""Clients of the sockets that hostclockd has for QEMU's ivshmem-doorbell.

argv: the directory of programs, the exporter's directory, which must not exist.
Prints results as tools/testing/run counts them.
"""

import array
import json
import mmap
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import time

BIN, DIR = sys.argv[1:3]
# For what must come, on a busy machine; and for what must not.
LIMIT_S = 10
QUIET_S = 1
MOST_CONNECTIONS = 4


def result(good, name, why):
    print(f"ok - {name}" if good else f"not ok - {name}: {why}", flush=True)


def ctl(*words):
    done = subprocess.run([f"{BIN}/hostclockctl", "--dir", DIR, *words],
                          capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return done.stdout


def vm(name):
    vms = json.loads(ctl("status", "--json"))["vms"]
    return next(vm for vm in vms if vm["name"] == name)


def eventually(condition):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Exporter:
    def __init__(self):
        self.process = None
        self.start()

    def start(self):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([f"{BIN}/hostclockd-sim", "--dir", DIR, "--sim"],
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(LIMIT_S)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Client:
    """QEMU's side."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT_S)
        self.socket.connect(f"{DIR}/doorbell/{name}")
        self.messages = [self.receive() for _ in range(4)]
        self.event = self.messages[3][1]

    def receive(self):
        descriptors = array.array("i")
        data, control, _, _ = self.socket.recvmsg(8, socket.CMSG_SPACE(4))
        for level, kind, payload in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(payload)
        number = struct.unpack("<q", data)[0] if len(data) == 8 else None
        return number, descriptors[0] if descriptors else None

    def rung(self, seconds):
        """How often, within that time; 0: not at all."""
        if not select.select([self.event], [], [], seconds)[0]:
            return 0
        return struct.unpack("=Q", os.read(self.event, 8))[0]

    def settle(self):
        while self.rung(0.2):
            pass

    def ended(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def rings_for(client, name, *words):
    client.settle()
    ctl(*words)
    result(client.rung(LIMIT_S) > 0, f"{name} rings", "it does not")


def silent_for(client, name, *words):
    client.settle()
    if words:
        ctl(*words)
    count = client.rung(QUIET_S)
    result(count == 0, f"{name} does not ring", f"{count} times")


def protocol():
    page, path = ctl("create", "vm", "--doorbell").split()
    mode = stat.S_IMODE(os.stat(path).st_mode)
    result(mode == 0o600, "the socket is its owner's", f"mode {mode:o}")
    client = Client("vm")
    numbers = [number for number, _ in client.messages]
    given = [descriptor is not None for _, descriptor in client.messages]
    result(numbers == [0, 0, -1, 0] and given == [False, False, True, True],
           "version, ID, memory and interrupt, as QEMU wants them",
           f"{numbers} {given}")
    memory = os.fstat(client.messages[2][1])
    result(os.path.samestat(memory, os.stat(page)) and memory.st_size == 2 << 20,
           "the memory is the guest's page", f"{memory}")
    ctl("create", "own", "--private", "--doorbell")
    size = os.fstat(Client("own").messages[2][1]).st_size
    result(size == 2 << 20, "or its private file", f"{size} bytes")
    ctl("remove", "own")
    return client


def when(client):
    rings_for(client, "a first epoch", "attach", "vm", "--tsc-offset", "0")
    silent_for(client, "an update")
    rings_for(client, "a step of the clock", "sim", "step", "5")
    rings_for(client, "a status", "sim", "status", "freerunning")
    silent_for(client, "the same status", "sim", "status", "freerunning")
    rings_for(client, "another status", "sim", "status", "off")
    silent_for(client, "a slew", "sim", "slew", "100")
    silent_for(client, "an adjustment of the offset", "attach", "vm",
               "--tsc-offset", "1000")
    rings_for(client, "another offset", "attach", "vm", "--tsc-offset", "1000000000")
    ctl("stop", "vm")
    rings_for(client, "a VM that goes on", "cont", "vm")
    rings_for(client, "another generation", "attach", "vm", "--tsc-offset", "7",
              "--cause", "restore")
    rings_for(client, "a VM that is not followed any more", "detach", "vm")
    ctl("attach", "vm", "--tsc-offset", "7")


def strange_clients(exporter, client):
    before = exporter.descriptors()
    for i in range(100):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(f"{DIR}/doorbell/vm")
            if i % 2:
                s.send(os.urandom(100))
    result(eventually(lambda: exporter.descriptors() <= before),
           "100 clients that come, talk and go leave nothing behind",
           f"{exporter.descriptors()} descriptors, {before} before")
    rings_for(client, "after that, a step", "sim", "step", "1")
    talker = Client("vm")
    talker.socket.send(b"x")
    result(talker.ended(), "a client that talks is dropped", "it is not")
    unread = [socket.socket(socket.AF_UNIX) for _ in range(MOST_CONNECTIONS)]
    for s in unread:
        s.connect(f"{DIR}/doorbell/vm")
    result(client.ended(), "the oldest connection gives way", "it is still there")
    client, second = Client("vm"), Client("vm")
    rings_for(client, "beside clients that do not read, a step", "sim", "step", "1")
    result(second.rung(LIMIT_S) > 0, "and rings another connection, too", "it does not")
    result(vm("vm")["doorbell_connections"] == MOST_CONNECTIONS,
           f"there are {MOST_CONNECTIONS} connections at most",
           str(vm("vm")["doorbell_connections"]))
    for s in unread + [second.socket]:
        s.close()
    client.settle()
    os.write(client.event, struct.pack("=Q", 2 ** 64 - 2))
    ctl("sim", "step", "1")
    ctl("sim", "step", "1")
    result(client.rung(LIMIT_S) > 0, "a full counter holds nobody up", "it does")
    return client


def saved_connections():
    with open(f"{DIR}/state", encoding="ascii") as f:
        return len(json.load(f)["vms"][0]["doorbell"])


def restless_client():
    """Who comes and goes all the time has the state written now and then; the last word counts."""
    wait_s, files, began = 1, set(), time.monotonic()
    while time.monotonic() < began + wait_s:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(f"{DIR}/doorbell/vm")
            s.recv(8)
            files.add(os.stat(f"{DIR}/state").st_ctime_ns)
    most = 1 + 5 * (time.monotonic() - began + 0.5)
    result(1 < len(files) <= most, "a client that comes and goes has the state written 5 times a second",
           f"{len(files)} times in {wait_s} s")
    there = vm("vm")["doorbell_connections"]
    client = Client("vm")
    result(eventually(lambda: saved_connections() == there + 1), "what it was last is written",
           f"{saved_connections()} connections, there are {there + 1}")
    client.socket.close()
    result(eventually(lambda: saved_connections() == there), "likewise that it has gone",
           f"{saved_connections()} connections, there are {there}")


def page_of(name):
    """What the guest page says of epoch, offset and marker, and its magic."""
    with open(f"{DIR}/vm/{name}", "rb") as f:
        page = f.read()
    return (struct.unpack_from("<QQ", page, 0x90), struct.unpack_from("<Q", page, 0x10),
            page[0x80:0x84])


def scribbled(exporter, client):
    """A guest may write to its page; nobody but itself is to see that."""
    ctl("create", "other", "--doorbell")
    ctl("attach", "other", "--tsc-offset", "5")
    keys = ("name", "epoch", "tsc_offset", "disruption_marker", "generation")
    before = [[vm(name)[key] for key in keys] for name in ("vm", "other")]
    pages = page_of("vm"), page_of("other")
    with mmap.mmap(client.messages[2][1], 4096) as memory:
        for _ in range(20):
            memory[:] = os.urandom(4096)
            time.sleep(0.03)
    result(page_of("vm") != pages[0], "a guest writes to its page", "nothing is there")
    exporter.end(signal.SIGKILL)
    exporter.start()
    after = [[vm(name)[key] for key in keys] for name in ("vm", "other")]
    result(after == before, "the exporter does not read it, not even after a restart",
           f"{before}, {after}")
    result(page_of("other") == pages[1], "another guest sees nothing of it",
           str(page_of("other")))
    result(page_of("vm") == pages[0], "and the restart has put it right",
           str(page_of("vm")))
    ctl("remove", "other")


def restarts(exporter, client):
    for how in (signal.SIGTERM, signal.SIGKILL):
        client.settle()
        before = vm("vm")
        exporter.end(how)
        exporter.start()
        after = vm("vm")
        same = all(before[key] == after[key]
                   for key in ("epoch", "disruption_marker", "generation"))
        result(same and after["doorbell_connections"] == 1,
               f"{how.name} and a restart: no disruption, the connection is back",
               f"{before}, {after}")
        rings_for(client, f"after {how.name} and a restart, a step", "sim", "step", "1")
    client.socket.close()
    os.close(client.event)
    exporter.end(signal.SIGKILL)
    exporter.start()
    result(vm("vm")["doorbell_connections"] == 0,
           "who has closed its eventfd meanwhile is not rung", str(vm("vm")))
    client = Client("vm")
    rings_for(client, "a new connection after a restart, a step", "sim", "step", "1")
    ctl("remove", "vm")
    result(client.ended() and not os.path.exists(f"{DIR}/doorbell/vm"),
           "removed: the connection ends, the socket goes", "they are there")


def main():
    exporter = Exporter()
    try:
        client = protocol()
        when(client)
        client = strange_clients(exporter, client)
        restless_client()
        scribbled(exporter, client)
        restarts(exporter, client)
        ctl("create", "last", "--doorbell")
        exporter.end(signal.SIGTERM)
        result(not os.listdir(f"{DIR}/doorbell"), "a clean stop takes sockets away",
               str(os.listdir(f"{DIR}/doorbell")))
    finally:
        exporter.process.kill()
        exporter.process.wait()


main()
