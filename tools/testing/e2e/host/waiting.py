# SPDX-License-Identifier: GPL-2.0
"""Waiting for something on a busy machine, but not for ever."""

import time

# hostclockctl, the monitor and files of some 100 MB
LIMIT_S = 40


def wait_for(what, condition, limit_s=LIMIT_S):
    """What condition() returns, once that is true."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise RuntimeError(f"{what}: not within {limit_s} s")


def is_listening(path):
    """Does somebody listen at that socket? Its file is there a moment earlier."""
    with open("/proc/net/unix", encoding="ascii", errors="replace") as f:
        return any(" 00010000 " in line and line.endswith(f" {path}\n") for line in f)


def is_gone(pid):
    """Has a process ended, and let go of its files? Its parent may not have noticed."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
