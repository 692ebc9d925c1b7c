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
