# SPDX-License-Identifier: GPL-2.0
"""
Copies a guest's private page file into its RAM, again and again, as the ABI says that
pages are written: what is not valid yet first, the sequence count last.

argv: the page file, the RAM's file, where in that
"""

import mmap
import sys
import time

PAGE = 4096
GUEST_SEQ_AT, CLOCK_SEQ_AT = 0x88, 0x3c
PAGES = 5


def open_map(path, access):
    with open(path, "r+b") as f:
        return mmap.mmap(f.fileno(), 0, access=access)


def copy(source, target, at):
    for page in range(PAGES):
        begin = page * PAGE
        seq = begin + (CLOCK_SEQ_AT if page else GUEST_SEQ_AT)
        count = source[seq:seq + 4]
        data = source[begin:begin + PAGE]
        # Torn, or not changed
        if source[seq:seq + 4] != count or target[at + seq:at + seq + 4] == count:
            continue
        target[at + begin:at + seq] = data[:seq - begin]
        target[at + seq + 4:at + begin + PAGE] = data[seq - begin + 4:]
        target[at + seq:at + seq + 4] = count


def main():
    source = open_map(sys.argv[1], mmap.ACCESS_READ)
    target = open_map(sys.argv[2], mmap.ACCESS_WRITE)
    while True:
        copy(source, target, int(sys.argv[3]))
        time.sleep(0.001)


main()
