# SPDX-License-Identifier: GPL-2.0
"""The pages of another VM's owner, in memory that this guest sees as well.

    forge.py FILE PAGES                 as they look from the outside, in so many pages
    forge.py FILE CLOCKS GUEST YEARS    copies of a guest's own, so many years ahead

FILE.known is what we have written, unless somebody else wrote in between.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../e2e/host"))
from broken import PAGE, Abi, Page, open_file

HEADERS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "../../../../lib/include/uapi/linux/hostclock-")
ABI, LINE_ABI = Abi(f"{HEADERS}abi.h"), Abi(f"{HEADERS}line.h")
YEAR_NS = 31556952 * 10**9
PARAMS_AT, PARAMS_SIZE = 0x40, 0x80
CLOCK_MAGIC, GUEST_MAGIC, LINE_MAGIC = 0x4b4c4348, 0x50474348, 0x4e4c4348


def know(path, memory):
    with open(f"{path}.known", "wb") as f:
        f.write(memory)


def is_known(path, memory):
    with open(f"{path}.known", "rb") as f:
        return f.read() == memory[:]


def outside(path, pages):
    with open(path, "wb") as f:
        f.truncate(pages * PAGE)
    memory = open_file(path)
    Page(ABI, "hostclock_guest_page", memory, 0)["magic"] = GUEST_MAGIC
    Page(ABI, "hostclock_clock_page", memory, PAGE)["magic"] = CLOCK_MAGIC
    # Guests write to theirs.
    Page(LINE_ABI, "hostclock_line_page", memory, 5 * PAGE)["magic"] = LINE_MAGIC
    know(path, memory)


def forge(path, clocks, guest, years):
    memory = open_file(path)
    untouched = is_known(path, memory)
    with open(clocks, "rb") as f:
        memory[PAGE:5 * PAGE] = f.read(4 * PAGE)
    with open(guest, "rb") as f:
        memory[:PAGE] = f.read(PAGE)
    Page(ABI, "hostclock_guest_page", memory, 0)["epoch"] ^= 2
    for i in range(8):
        base = (1 + i // 2) * PAGE + PARAMS_AT + i % 2 * PARAMS_SIZE
        params = Page(ABI, "hostclock_params", memory, base)
        params["epoch"] ^= 2
        params["wall_offset_ns"] += years * YEAR_NS
    if untouched:
        know(path, memory)


if len(sys.argv) == 3:
    outside(sys.argv[1], int(sys.argv[2]))
else:
    forge(*sys.argv[1:4], int(sys.argv[4]))
