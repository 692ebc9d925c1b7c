# SPDX-License-Identifier: GPL-2.0
"""
The memory into which a guest's `readings` writes; see guest/readings.h. As a program,
makes such a file: FILE SIZE.
"""

import mmap
import struct
import sys
import time

MAGIC = 0x53474e4944414552
HEADER = struct.Struct("<QQQQ")
HEADER_SIZE = 4096
READING = struct.Struct("<QQqBB6x")
STOP_AT = 24

CLOCKS = ("REALTIME", "MONOTONIC", "RAW", "BOOTTIME", "TAI")
READERS = ("vdso", "syscall", "kernel", "file")
SIGNALS = ("ntp", "maxerror", "cancelled", "polled", "disruptions", "resyncs",
           "leap", "generation", "cause", "status")
SIGNAL_CLOCK = len(CLOCKS)

LIMIT_S = 60
# Of copying readings before the guest overwrites all of them
TRIES = 10


def unpack(readings):
    """Tuples: TSC before, TSC after, value, clock, reader"""
    return READING.iter_unpack(readings)


class Ring:
    """One guest's"""

    def __init__(self, path):
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 0)
        self.seen = 0
        self.kept = b""

    @staticmethod
    def create(path, size):
        with open(path, "wb") as f:
            f.write(HEADER.pack(MAGIC, 0, 0, 0))
            f.truncate(size)

    def header(self):
        return HEADER.unpack_from(self.map)

    @property
    def head(self):
        return self.header()[2]

    @property
    def capacity(self):
        return self.header()[1]

    def at(self, i):
        return READING.unpack_from(self.map,
                                   HEADER_SIZE + i % self.capacity * READING.size)

    def now(self):
        """The guest's TSC at its last reading."""
        return self.at(self.head - 1)[1] if self.head else 0

    def advance(self, count):
        """Wait for so many more readings."""
        until = self.head + count
        end = time.monotonic() + LIMIT_S
        while self.head < until:
            if time.monotonic() > end:
                raise RuntimeError(f"no {count} readings within {LIMIT_S} s")
            time.sleep(0.01)

    def skip(self):
        """Readings until now are not wanted."""
        self.seen = self.head
        self.kept = b""

    def keep(self):
        """Those until now are, also if the guest overwrites them before the next grab()."""
        self.kept = self.grab()

    def follow(self, other):
        """What the other's guest has read before it is what this one has read, too."""
        self.seen, self.kept = other.seen, other.kept

    def grab(self):
        """Those since the last time, as far back as they are there, as bytes."""
        kept, self.kept = self.kept, b""
        return kept + self.since_seen()

    def copy(self, first, end):
        """Readings by number, as bytes"""
        if first >= end:
            return b""
        ring_end = HEADER_SIZE + self.capacity * READING.size
        start, stop = (HEADER_SIZE + i % self.capacity * READING.size
                       for i in (first, end))
        if start < stop:
            return self.map[start:stop]
        return self.map[start:ring_end] + self.map[HEADER_SIZE:stop]

    def since_seen(self):
        """
        Some are overwritten while they are copied, on a busy machine all of them: what
        is copied then may be half of one reading and half of one a whole ring later.
        """
        for _ in range(TRIES):
            head = self.head
            # One is being written.
            first = max(self.seen, head + 1 - self.capacity, 0)
            data = self.copy(first, head)
            lost = max(self.head + 1 - self.capacity - first, 0)
            if first >= head or first + lost < head:
                self.seen = head
                return data[lost * READING.size:]
        raise RuntimeError(f"{TRIES} times, all readings were overwritten while they "
                           "were copied: is the machine too busy?")

    def stop(self):
        struct.pack_into("<Q", self.map, STOP_AT, 1)


if __name__ == "__main__":
    Ring.create(sys.argv[1], int(sys.argv[2]))
