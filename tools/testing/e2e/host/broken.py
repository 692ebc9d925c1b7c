# SPDX-License-Identifier: GPL-2.0
"""Breaking a guest's pages: the pages by the ABI header, their exporter, and the
program in the guest, tools/testing/e2e/guest/faults.c, that says what comes of it."""

import json
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import time

from waiting import LIMIT_S, is_gone, wait_for

PAGE = 4096
NSEC = 10**9
# Catching up, by 500 ppm for 100 ms at a time, a page is off by more than this.
CAUGHT_UP_NS = 20000
# Longer than what is to be reported waits on two busy CPUs
QUIET_S = 0.2
CODES = {1: "B", 2: "<H", 4: "<I", 8: "<Q"}

failed = False


def result(good, name, why):
    global failed
    failed |= not good
    print(f"ok - {name}" if good else f"not ok - {name}: {why}", flush=True)
    return good


class Abi:
    """Offsets from the header's own assertions, sizes from its declarations."""

    SIZES = {"__u8": 1, "__le16": 2, "__le32": 4, "__le64": 8}

    def __init__(self, header):
        with open(header, encoding="ascii") as f:
            text = f.read()
        self.fields = {}
        for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
            sizes = {field: (self.SIZES[kind], int(count or 1)) for kind, field, count
                     in re.findall(r"^\t(__\w+)\t(\w+)(?:\[(\d+)\])?;", body, re.M)}
            offsets = re.findall(r"HOSTCLOCK_ASSERT_OFFSET\(" + name +
                                 r",\s*(\w+),\s*(0x[0-9a-f]+)\)", text)
            self.fields[name] = {field: (int(at, 16), *sizes[field])
                                 for field, at in offsets if field in sizes}


class Page:
    """A structure of the ABI, somewhere in a file."""

    def __init__(self, abi, kind, memory, base):
        self.fields, self.memory, self.base = abi.fields[kind], memory, base

    def __getitem__(self, field):
        at, size, _ = self.fields[field]
        return struct.unpack_from(CODES[size], self.memory, self.base + at)[0]

    def __setitem__(self, field, value):
        at, size, count = self.fields[field]
        data = struct.pack(CODES[size], value & ((1 << 8 * size) - 1)) * count
        self.memory[self.base + at:self.base + at + size * count] = data

    def copy(self):
        return {field: self[field] for field in self.fields}


def open_file(path):
    with open(path, "r+b") as f:
        return mmap.mmap(f.fileno(), 0)


class ClockPage(Page):
    """One that is written as the protocol says, by the exporter or by us."""

    def __init__(self, abi, memory, base=0):
        super().__init__(abi, "hostclock_clock_page", memory, base)
        # params[] begins where the header ends, after seq
        first = base + self.fields["seq"][0] + 4
        size = sum(s * n for _, s, n in abi.fields["hostclock_params"].values())
        self.sets = [Page(abi, "hostclock_params", memory, first + i * size)
                     for i in range(2)]

    def newest(self):
        return self.sets[(self["seq"] >> 1) & 1]

    def publish(self, values):
        """Make a set the newest. Who publishes too late makes a clock jump."""
        seq = self["seq"] | 1
        self["seq"] = seq
        target = self.sets[(seq >> 1) & 1 ^ 1]
        for field, value in values.items():
            target[field] = value
        self["seq"] = seq + 1


def advanced(values, counter):
    """The same clocks from a later counter value on, exactly."""
    values = dict(values)
    delta = counter - values["cycle_last"]
    assert delta >= 0
    for sec, snsec, mult in (("mono_sec", "mono_snsec", "mult"),
                             ("raw_sec", "raw_snsec", "raw_mult")):
        total = values[snsec] + delta * values[mult]
        second = NSEC << values["shift"]
        values[sec] += total // second
        values[snsec] = total % second
    values["cycle_last"] = counter
    fit(values)
    return values


def fit(values):
    """As many cycles as a set of these multipliers can take."""
    fastest = max(values["mult"], values["raw_mult"])
    values["max_cycles"] = (2**64 - 1 - (NSEC << values["shift"])) // fastest


class Exporter:
    """hostclockd in a directory, started by the test or by us; killed at will."""

    def __init__(self, programs, directory, pidfile):
        self.control, self.directory = os.path.join(programs, "hostclockctl"), directory
        self.command = [os.path.join(programs, "hostclockd-sim"), "--dir", directory,
                        "--faults", "--valid", "2", "--pidfile", pidfile]
        with open(pidfile, encoding="ascii") as f:
            self.pid = int(f.read())
        self.process = None

    def ctl(self, *words):
        done = subprocess.run([self.control, "--dir", self.directory, *words],
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if done.returncode:
            raise RuntimeError(f"hostclockctl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def status(self):
        return json.loads(self.ctl("status", "--json"))

    def signal(self, number):
        os.kill(self.pid, number)

    def gone(self):
        if self.process:
            return self.process.poll() is not None
        return is_gone(self.pid)

    def die(self):
        self.signal(signal.SIGKILL)
        try:
            wait_for("the exporter's end", self.gone)
        except RuntimeError as late:
            with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as f:
                raise RuntimeError(f"{late}: {f.read()}") from late

    def start(self, wait=True):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        if wait and self.process.stdout.readline() != "hostclockd: ready\n":
            raise RuntimeError("the exporter does not start")


class Guest:
    """The program in the guest, asked through memory that it maps as well."""

    HEAD = struct.Struct("<QIIQ")

    def __init__(self, path):
        self.memory = open_file(path)
        self.asked = 0
        wait_for("the guest's program", lambda: self.alive() > 1)

    def alive(self):
        return self.HEAD.unpack_from(self.memory)[3]

    def ask(self, command, limit=LIMIT_S):
        self.memory[24:24 + 104] = command.encode().ljust(104, b"\0")
        self.asked += 1
        self.memory[8:12] = struct.pack("<I", self.asked)
        wait_for(f"the guest's answer to {command}", lambda:
                 struct.unpack_from("<I", self.memory, 12)[0] == self.asked, limit)
        text = self.memory[128:4096].split(b"\0")[0].decode()
        return {key: int(value) if re.fullmatch(r"-?\d+", value) else value
                for key, value in (line.split("=", 1) for line in text.splitlines())}

    def is_quiet(self):
        """Is everything told that was to be told?"""
        def told():
            return {key: value for key, value in self.report().items()
                    if key.startswith("event_") or key == "polls"}

        before = told()
        time.sleep(QUIET_S)
        return told() == before

    def arm(self):
        wait_for("the end of the guest's news", self.is_quiet)
        self.ask("arm")

    def report(self):
        return self.ask("report")

    def wait_for_report(self, what, is_good):
        """The first report that is good"""
        def good_report():
            report = self.report()
            return report if is_good(report) else None
        return wait_for(what, good_report)


class Bench:
    """All that a row works with."""

    def __init__(self, exporter, guest, abi, directory, name):
        self.exporter, self.guest = exporter, guest
        self.directory, self.name = directory, name
        self.files = [open_file(os.path.join(directory, "clock")),
                      open_file(os.path.join(directory, "vm", name))]
        self.clocks = [ClockPage(abi, self.files[0], i * PAGE) for i in range(4)]
        self.clock = self.clocks[0]
        self.page = Page(abi, "hostclock_guest_page", self.files[1], 0)
        self.vmclock = Page(abi, "hostclock_vmclock", self.files[1], 0)

    def sim(self, *words):
        self.exporter.ctl("sim", *words)

    def caught_up(self):
        wait_for("the exporter to catch up",
                 lambda: self.clock.newest()["maxerror_ns"] < CAUGHT_UP_NS)

    def arm(self):
        """The guest takes what the page says for the truth, so that must be it."""
        self.caught_up()
        self.guest.arm()

    def identity(self):
        seen = self.guest.report()
        return [seen[key] for key in ("epoch", "guest_epoch", "resyncs", "disruptions")]


def now_counter(bench):
    """The page's counter, a moment from now."""
    return bench.guest.ask("counter")["counter"]


def hz(bench):
    return bench.clock["counter_hz"]


def publish_guest(page, **fields):
    """With a new epoch, which makes the guest look at everything."""
    page["seq"] |= 1
    page["epoch"] += 1
    for field, value in fields.items():
        page[field] = value
    page["seq"] += 1


class Monitor:
    """QEMU's."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT_S)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rw")
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}))
        self.lines.flush()
        while True:
            answer = json.loads(self.lines.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


GOING_ON = ("MONOTONIC", "BOOTTIME", "MONOTONIC_RAW")
# Hosts have been seen to keep a virtual CPU waiting for 6 s.
SLOWEST_US = 20000000


def progressed(guest):
    seen = guest.report()
    return seen if seen["least"] > 0 and seen["naps"] > 0 else None


def judge_progress(row, guest):
    """Each CPU reads its clocks, and naps end: at some time, if the machine is busy."""
    try:
        seen = wait_for("progress", lambda: progressed(guest))
    except RuntimeError:
        seen = guest.report()
    result(seen["least"] > 0 and seen["naps"] > 0 and seen["slowest_us"] < SLOWEST_US,
           f"{row}: nothing hangs", f"{seen['least']} readings on one CPU, the slowest took "
           f"{seen['slowest_us']} us; {seen['naps']} naps ended")
    return seen


def judge_calm(row, guest, leaps=False, back_ns=0):
    """What holds whatever a page says: nothing hangs, no clock goes back by more than
    back_ns, and none leaps ahead unless it may."""
    seen = judge_progress(row, guest)
    back = {clock: (seen[f"back_{clock}"], seen[f"worst_{clock}"]) for clock in GOING_ON
            if seen[f"back_{clock}"] and seen[f"worst_{clock}"] > back_ns}
    result(not back, f"{row}: no clock goes back",
           ", ".join(f"{clock} did {n} times, by up to {ns} ns"
                     for clock, (n, ns) in back.items()))
    if not leaps:
        result(not seen["leaps"], f"{row}: no clock leaps ahead",
               f"{seen['leaps']} times, by {seen['leapt_ns']} ns, say")


def judge_truth(row, seen):
    result(not seen["false"],
           f"{row}: REALTIME is right within maxerror while adjtimex() says synchronised",
           f"{seen['false']} of {seen['synced']} readings were not, by up to {seen['false_by']} ns")


def recovered(guest):
    seen = guest.report()
    return seen if seen["status"] == "synchronized" and not seen["unsynced_now"] else None


def judge_recovery(row, guest, limit=LIMIT_S):
    """Synchronised again, and REALTIME the page's to the ns."""
    try:
        wait_for("status synchronized", lambda: recovered(guest), limit)
    except RuntimeError:
        seen = guest.report()
        result(False, f"{row}: recovers", f"status {seen['status']}, {seen['reason']}; "
               f"unsynchronised {seen['unsynced_now']}, wall {seen['wall']}, clocksource "
               f"{seen['clocksource']}, error_ns {seen['error_ns']}")
        return
    equal = guest.ask("equal")
    result(equal["judged"] > 0 and not equal["wrong"],
           f"{row}: recovers, REALTIME is the page's to the ns",
           f"{equal['wrong']} of {equal['judged']} readings are not, "
           f"{equal['wrong_syscall']} of them by system call, by up to {equal['worst_ns']} ns; "
           f"wall {guest.report()['wall']}, {guest.ask('equal')['wrong']} a moment later")
