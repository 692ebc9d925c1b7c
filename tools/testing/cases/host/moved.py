# SPDX-License-Identifier: GPL-2.0
"""While a guest is suspended, its VM goes on elsewhere.

    moved.py HOSTCLOCKCTL DIR WHAT

Run by guest-run's --host-cmd. WHAT is "restore", from a file, or "migration". Files are in
DIR. Prints what the guest says from then on, and ends it.
"""

import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../e2e/host"))
from machine import Control, Machine, destination
from waiting import wait_for

PROGRAM, WORK, WHAT = sys.argv[1:4]
# Between a file's writing and its reading
SAVED_S = 2
# What is left of the sleep, and all results
END_S = 90


def text_of(path):
    with open(path, encoding="ascii", errors="replace") as f:
        return f.read().replace("\r", "")


def move(vm):
    path = f"{WORK}/{WHAT}.state"
    if WHAT == "migration":
        there = destination(vm, WORK, WHAT, f"unix:{path}")
        vm.live_migrate(there, path)
        return there
    vm.migrate(f"exec:cat > {path}")
    state = vm.ctl("handover", vm.name)
    time.sleep(SAVED_S)
    there = destination(vm, WORK, WHAT, f"exec:cat {path}")
    there.go_on(WHAT, state)
    return there


def main():
    vm = Machine.of_guest_run(Control(PROGRAM, os.environ["HOSTCLOCK_DIR"]))
    try:
        console = os.environ["GUEST_RUN_CONSOLE"]
        wait_for("the guest's sleep", lambda: "suspend debug: Waiting" in text_of(console))
        there = move(vm)
        try:
            out = f"{WORK}/{WHAT}/out"
            wait_for("the guest's results", lambda: "# done" in text_of(out), END_S)
            print(text_of(out), flush=True)
        finally:
            there.end()
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"not ok - it goes on elsewhere: {error!r}", flush=True)
    finally:
        os.kill(vm.pid, signal.SIGKILL)


main()
