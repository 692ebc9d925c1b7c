# SPDX-License-Identifier: GPL-2.0
"""The exporter of a simulated clock, started and ended in all ways."""

import functools
import json
import os
import select
import signal
import subprocess
import time

import waiting

# Whatever is waited for, a guest's boot included, on a busy machine
LIMIT_S = 300
# So short that a frozen page expires
VALID_S = 3
# Memory is got by the page, so that what leaks is seen soon
ENVIRONMENT = {**os.environ, "MALLOC_TOP_PAD_": "0"}

wait_for = functools.partial(waiting.wait_for, limit_s=LIMIT_S)


def anonymous_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        words = f.read().split()
    return int(words[words.index("Anonymous:") + 1])


def descriptors_now(processes):
    time.sleep(0.005)
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in processes)


class Exporter:
    """hostclockd."""

    def __init__(self, build, work):
        self.daemon = f"{build}/bin/hostclockd-sim"
        self.control = f"{build}/bin/hostclockctl"
        self.directory = f"{work}/export"
        self.log = f"{work}/hostclockd.log"
        self.process = None
        self.lives = 0

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", self.daemon, "--dir", self.directory,
                 "--sim", "--valid", str(VALID_S)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env=ENVIRONMENT)
        ready, _, _ = select.select([self.process.stdout], [], [], LIMIT_S)
        line = self.process.stdout.readline() if ready else b""
        if line != b"hostclockd: ready\n":
            raise RuntimeError(f"hostclockd does not start, see {self.log}")
        self.lives += 1

    def end(self, how=signal.SIGTERM):
        """Ends it, or waits for its end if it dies by itself (how is None)."""
        if how is not None:
            self.process.send_signal(how)
        self.process.wait(LIMIT_S)
        self.process.stdout.close()

    def running(self):
        return self.process.poll() is None

    def ctl(self, *words, stdin=None, may_fail=False):
        done = subprocess.run([self.control, "--dir", self.directory, *words],
                              input=stdin, capture_output=True, text=True,
                              timeout=LIMIT_S, check=False)
        if done.returncode and not may_fail:
            raise RuntimeError(f"hostclockctl {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def control_vm(self, command, name):
        """
        `stop` or `cont`, which may be said twice: a QEMU on a busy machine does not
        always answer in time.
        """
        def done():
            try:
                return self.ctl(command, name) is not None
            except RuntimeError as error:
                print(f"# {error}", flush=True)
            return False

        wait_for(f"{command} {name}", done)

    def sim(self, *words):
        self.ctl("sim", "--", *words)

    def status(self):
        return json.loads(self.ctl("status", "--json"))

    def page(self):
        """The unscaled strict page, which the guests follow."""
        return self.status()["pages"][0]

    def processes(self):
        """The supervisor's, the clock's and the attendant's; hostclockd-sim is one for all."""
        found = [process["pid"] for process in self.status().get("processes", ())]
        return [pid for pid in found if pid] or [self.process.pid]

    def memory(self):
        """
        Resident KiB that are its own, of all its processes. What `status` says may be off
        by some 100 KiB, as CPUs count for themselves.
        """
        return sum(map(anonymous_kib, self.processes()))

    def descriptors(self):
        """Open files of all, without those of a connection that is being served or closed."""
        processes = self.processes()
        return min(descriptors_now(processes) for _ in range(10))
