# SPDX-License-Identifier: GPL-2.0
# Stops hostclockd, moves the guest's line by 5 ms, and has hostclockd go on after 12 s. Some time
# later the same again, but for 4 s lines that are as bad are published as fast as can be. At last
# the lines are good, and the guest page is bad.
# Beside guest-run, of whose variables it has need.
import glob
import mmap
import os
import signal
import struct
import time

OFF_NS = 5000000
MAGIC, SEQ = 0x60, 0x18
EPOCH, MONO_OFFSET, GUEST_SIZE = 0x90, 0xa0, 0x100
OFFSETS = (0x10, 0x30, 0x50)  # tsc_offset, and of both lines

directory = os.environ["HOSTCLOCK_DIR"].encode()


def daemons():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if b"hostclockd" in words[0] and directory in words:
            yield int(path.split("/")[2])


def move(pages, start, ns):
    """Both lines, and the vDSO's"""
    for offset in OFFSETS:
        old = struct.unpack_from("<Q", pages, start + offset)[0]
        struct.pack_into("<Q", pages, start + offset, (old + ns) % 2**64)


def storm(pages, start, seconds):
    """Each line is another one, by its sequence count."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(1000):
            seq = struct.unpack_from("<I", pages, start + SEQ)[0]
            struct.pack_into("<I", pages, start + SEQ, (seq + 4) % 2**32)


def bad_lines(pages, start, stormy_s):
    move(pages, start, OFF_NS)
    storm(pages, start, stormy_s)
    time.sleep(12 - stormy_s)


def bad_epoch(pages):
    """A guest epoch that would set the counter back by 146 years, and the one before again"""
    good = pages[:GUEST_SIZE]
    for offset, value in (MONO_OFFSET, -2**62), (EPOCH, struct.unpack_from("<q", good, EPOCH)[0] ^ 2):
        struct.pack_into("<q", pages, offset, value)
    time.sleep(12)
    pages[:GUEST_SIZE] = good


def halted(do, *what):
    pids = list(daemons())
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        do(*what)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    time.sleep(15)


time.sleep(3)
name = os.path.join(directory.decode(), "vm", os.environ["HOSTCLOCK_GUEST"])
with open(name, "r+b") as file:
    memory = mmap.mmap(file.fileno(), 0)
line = next(at for at in range(0, len(memory), mmap.PAGESIZE)
            if memory[at + MAGIC:at + MAGIC + 4] == b"HCLN")
halted(bad_lines, memory, line, 0)
halted(bad_lines, memory, line, 4)
halted(bad_epoch, memory)
# It is ended with the guest.
time.sleep(300)
