# SPDX-License-Identifier: GPL-2.0
"""How long hostclockd takes to notice that a VM's TSC offset is another.

    noticed.py PAGE FILE OFFSET     writes the offset to FILE, as in KVM's debugfs, and prints how
                                    many us later the guest page PAGE has it
"""

import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e/host"))
from broken import Abi, Page, open_file

ABI = Abi(os.path.join(HERE, "../../../lib/include/uapi/linux/hostclock-abi.h"))
LIMIT_S = 10


def main():
    path, file, offset = sys.argv[1:]
    page = Page(ABI, "hostclock_guest_page", open_file(path), 0)
    with open(f"{file}.new", "w", encoding="ascii") as f:
        f.write(f"{offset}\n")
    time.sleep(random.random() / 4)
    before = time.monotonic()
    os.replace(f"{file}.new", file)
    while page["tsc_offset"] != int(offset) % 2**64:
        if time.monotonic() - before > LIMIT_S:
            sys.exit(f"not within {LIMIT_S} s: {page['tsc_offset']}")
        # The CPU may be hostclockd's as well.
        time.sleep(0.0005)
    print(int((time.monotonic() - before) * 1e6))


main()
