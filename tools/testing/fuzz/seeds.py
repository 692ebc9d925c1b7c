#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Writes the fuzzers' first inputs into a directory: pages in which all is well."""
import struct
import sys

PARAMS = "<QQQIIQQqqQQIiQIBBHQQQ"
VMCLOCK = "<IIHBBIQQ2xBBhBBQQQQQQQQQ"


def params(mult, shift, cycle_last, epoch=1, tai_valid=1):
    max_cycles = ((1 << 64) - (10**9 << shift)) // mult
    return struct.pack(PARAMS, epoch, cycle_last, max_cycles, mult, shift, 1000, 5 << shift,
                       1750000000 * 10**9, 3600 * 10**9, 1001, 7 << shift, mult, 37, 500, 50000,
                       2, 0, tai_valid, 10**10, 0, 10**6)


def clock_page(scaled, seq):
    mult, hz = (1 << 31, 10**9) if scaled else (825955249, 2600000000)
    head = struct.pack("<IHHBBB5xQQ16s12xI", 0x4b4c4348, 1, 0x140, scaled, 0, 1, 0, hz,
                       b"boot identifier.", seq)
    return head + params(mult, 31, 10**15) + params(mult, 31, 10**15 + 10**8)


def guest_page(scaled):
    vmclock = struct.pack(VMCLOCK, 0x4b4c4356, 4096, 1, 1, 1, 0, 1, 0x151, 2, 0, 37, 0, 31,
                          10**15, 0xd3810624dd2f1aa0, 0, 1 << 40, 1750001037, 1 << 63, 0, 1500, 1)
    own = struct.pack("<IHHIBBBBQQqqQQQ16s40x", 0x50474348, 1, 0x100, 0, scaled, 0, 0, 0, 1,
                      -10**14 % 2**64, -900 * 10**9, -900 * 10**9, 1, 0, 0, b"vm identifier...")
    return vmclock + bytes(16) + own


def main(directory):
    for scaled in (0, 1):
        for seq in (0, 1, 2, 7):
            for what, tsc in (("now", 10**15), ("later", 10**15 + 10**12), ("before", 10**15 - 5)):
                numbers = struct.pack("<8Q", 0, 0, 0, 0, 0, tsc, 0, 0)
                name = "%s-seq%d-%s" % ("scaled" if scaled else "unscaled", seq, what)
                with open("%s/%s" % (directory, name), "wb") as f:
                    f.write(clock_page(scaled, seq) + guest_page(scaled) + numbers)


main(sys.argv[1])
