# SPDX-License-Identifier: GPL-2.0
"""
What an exporter published, recorded from the files that guests map, and the time
that this says it is: the ABI header's formulas once more, in whole numbers.

As a program, writes a clock page's sets to standard output as they come: PATH SMEAR.
"""

import fcntl
import mmap
import os
import struct
import subprocess
import sys
import threading
import time
from collections import namedtuple

PAGE = 4096
CLOCK_MAGIC, GUEST_MAGIC = 0x4b4c4348, 0x50474348
SEQ_AT, PARAMS_AT, PARAMS_SIZE = 0x3c, 0x40, 0x80
GUEST_AT, GUEST_SEQ_AT = 0x80, 0x88
MARKER_AT = 0x10
SECOND_NS = 10**9

POLL_S = 0.001
# Of reading a page that is being written
TRIES = 100

# A set's number, and the set
RECORD_SIZE = 8 + PARAMS_SIZE
# 200 sets a second, while the host is slewed, are 27 kB.
PIPE_SIZE = 1 << 20

SET = struct.Struct("<QQQIIQQqqQQIiQIBBHQqQ")
GUEST = struct.Struct("<IHHIBBBBQqqqQQQ16xQQ")

GuestPage = namedtuple("GuestPage", "magic version size seq format smear policy cause "
                       "epoch tsc_offset mono_offset raw_offset generation "
                       "resume_tsc gap_ns stop_tsc gaps_ns marker")

_Set = namedtuple("_Set", "number epoch cycle_last max_cycles mult shift mono_sec mono_snsec "
                  "wall_ns boot_ns raw_sec raw_snsec raw_mult tai_sec maxerror_ns "
                  "rate_ppb status leap flags valid_ns leap_sec utc_maxerror_ns")


class Set(_Set):
    """A parameter set, and its number; the counter may be before cycle_last."""

    __slots__ = ()

    def mono(self, counter):
        return self.mono_sec * SECOND_NS + \
            ((counter - self.cycle_last) * self.mult + self.mono_snsec >> self.shift)

    def raw(self, counter):
        return self.raw_sec * SECOND_NS + \
            ((counter - self.cycle_last) * self.raw_mult + self.raw_snsec >> self.shift)

    def offset_ns(self, clock):
        """What a clock is ahead of MONOTONIC."""
        return {"MONOTONIC": 0, "BOOTTIME": self.boot_ns, "REALTIME": self.wall_ns,
                "TAI": self.wall_ns + self.tai_sec * SECOND_NS}[clock]

    def read(self, clock, counter):
        if clock == "RAW":
            return self.raw(counter)
        return self.mono(counter) + self.offset_ns(clock)

    def goes_on(self, later):
        """Is a later one nothing new, whatever may have been between?"""
        at = later.cycle_last
        same = "epoch mult raw_mult shift wall_ns boot_ns tai_sec".split()
        return all(getattr(self, name) == getattr(later, name) for name in same) and \
            (self.mono(at), self.raw(at)) == (later.mono(at), later.raw(at))

    def lacks_any(self, later):
        """Are there sets between the two that are not logged, and may be something new?"""
        return later.number - self.number != 1 and not self.goes_on(later)

    def slew_ppm(self):
        return (self.mult - self.raw_mult) * 1e6 / self.raw_mult


class ClockPage:
    """A clock page that is written, seen by a process that does nothing else."""

    def __init__(self, path, smear):
        with open(path, "rb") as f:
            self.map = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
        self.at = next(at for at in range(0, len(self.map), PAGE)
                       if self.is_wanted(at, smear))
        self.last = None

    def is_wanted(self, at, smear):
        magic, _, _, form, kind = struct.unpack_from("<IHHBB", self.map, at)
        return magic == CLOCK_MAGIC and form == 0 and kind == smear

    def seq(self):
        return struct.unpack_from("<I", self.map, self.at + SEQ_AT)[0]

    def record(self, n):
        at = self.at + PARAMS_AT + (n & 1) * PARAMS_SIZE
        return struct.pack("<Q", n) + self.map[at:at + PARAMS_SIZE]

    def poll(self):
        """What is new; a set that could not be had leaves a gap in the numbers."""
        last = self.last
        for _ in range(TRIES):
            seq = self.seq()
            n = seq >> 1
            newest, older = self.record(n), self.record(n - 1)
            now = self.seq()
            if now >> 1 == n and (now == seq or n == last):
                break
        if n == last:
            return b""
        self.last = n
        if last is not None and n == last + 2 and not seq & 1:
            return older + newest
        return newest

    def tell(self):
        parent = os.getppid()
        be_quick()
        while os.getppid() == parent:
            os.write(sys.stdout.fileno(), self.poll())
            time.sleep(POLL_S)


class ClockLog:
    """The sets of one clock page, in their order."""

    def __init__(self, path, smear):
        # A thread of ours would wait for whatever else we do: two sets stand in a page.
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, path, str(smear)], stdout=subprocess.PIPE)
        self.pipe = self.process.stdout.fileno()
        fcntl.fcntl(self.pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        self.rest = os.read(self.pipe, RECORD_SIZE)
        os.set_blocking(self.pipe, False)
        self.sets = []

    def poll(self):
        try:
            self.rest += os.read(self.pipe, PIPE_SIZE)
        except BlockingIOError:
            pass
        whole = len(self.rest) // RECORD_SIZE * RECORD_SIZE
        for at in range(0, whole, RECORD_SIZE):
            number, = struct.unpack_from("<Q", self.rest, at)
            self.sets.append(Set(number, *SET.unpack_from(self.rest, at + 8)))
        self.rest = self.rest[whole:]

    def end(self):
        self.process.kill()
        self.process.wait()

    def lacks_any(self, mark):
        """Before one of those since the mark, or because there is none"""
        sets = self.sets[max(mark - 1, 0):]
        return any(params.lacks_any(later) for params, later in zip(sets, sets[1:]))

    def index_at(self, counter):
        """Of the set that holds there."""
        for i in range(len(self.sets) - 1, -1, -1):
            if self.sets[i].cycle_last <= counter:
                return i
        raise RuntimeError("nothing was recorded as long ago as that")

    def set_at(self, counter):
        return self.sets[self.index_at(counter)]


class GuestLog:
    """The epochs of one guest page."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.map = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
        self.at = next(at for at in range(0, len(self.map), PAGE)
                       if struct.unpack_from("<I", self.map,
                                             at + GUEST_AT)[0] == GUEST_MAGIC)
        self.pages = []

    def poll(self):
        raw = self.map[self.at:self.at + PAGE]
        page = GuestPage(*GUEST.unpack_from(raw, GUEST_AT),
                         struct.unpack_from("<Q", raw, MARKER_AT)[0])
        seq = struct.unpack_from("<I", self.map, self.at + GUEST_SEQ_AT)[0]
        if page.seq & 1 or page.seq != seq or not page.epoch:
            return
        if not self.pages or self.pages[-1].epoch != page.epoch:
            self.pages.append(page)

    def marker(self):
        return struct.unpack_from("<Q", self.map, self.at + MARKER_AT)[0]


def be_quick():
    """Of this thread"""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass


class Recorder(threading.Thread):
    """Keeps the logs up to date, until it is ended."""

    def __init__(self):
        super().__init__(daemon=True)
        self.logs = []
        self.ended = threading.Event()

    def add(self, log):
        log.poll()
        self.logs.append(log)
        return log

    def run(self):
        be_quick()
        while not self.ended.is_set():
            for log in list(self.logs):
                log.poll()
            time.sleep(POLL_S)

    def end(self):
        self.ended.set()
        self.join()


if __name__ == "__main__":
    ClockPage(sys.argv[1], int(sys.argv[2])).tell()
