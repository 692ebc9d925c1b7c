# SPDX-License-Identifier: GPL-2.0
"""
What can happen. An event is a method of Events named do_KIND; it draws what it needs
from self.random, says it by self.log(), and returns when it is over.
"""

import os
import signal
import time

from exporter import wait_for
from waiting import is_listening

NS = 1000000000
YEAR_S = 365 * 24 * 3600
# The clock is kept within these, by the direction of its steps.
FIRST_S = 5 * YEAR_S
LAST_S = 200 * YEAR_S
LONGEST_STEP_S = 40 * YEAR_S
MAX_GAP_S = 1.5
# TAI - UTC: some value that is near the real one
TAI_S = (30, 45)

# How often, in proportion. The others are drawn in some parts of the run only.
WEIGHTS = {
    "step": 14, "slew": 8, "freq": 4, "leap": 5, "tai": 2, "sleep": 3, "status": 4,
    "error": 2, "freeze": 3, "tear": 2, "scribble": 2, "epochs": 2,
    "stop": 10, "pause": 8, "restore": 3, "clone": 2, "migrate": 4,
    "policy": 6, "detach": 4, "clocksource": 3, "replug": 2,
}
RESTARTS = {"restart": 8, "kill": 8, "die": 4, "absent": 4}
DISRUPTIVE = {"stop", "pause", "restore", "clone", "migrate", "absent"}


class Events:
    """The events, on an exporter and guests."""

    def __init__(self, random, exporter, guests, log):
        self.random, self.exporter, self.guests, self.log = random, exporter, guests, log
        self.guest = None
        self.count = {}

    def draw(self, restarts):
        weights = {**WEIGHTS, **(RESTARTS if restarts else {})}
        return self.random.choices(list(weights), list(weights.values()))[0]

    def run(self, kind):
        self.guest = self.random.choice(self.guests)
        self.count[kind] = self.count.get(kind, 0) + 1
        getattr(self, f"do_{kind}")()

    def pause(self, longest):
        """For some ms, more often shorter than longer."""
        seconds = longest * self.random.random() ** 2
        time.sleep(seconds)
        return seconds

    # The host's clock

    def step_ns(self, longest_s):
        """From 1 ns on, all magnitudes alike, to where the clock may be."""
        ns = int((longest_s * NS) ** self.random.random())
        now_s = self.exporter.page()["realtime_ns"] // NS
        sign = self.random.choice((-1, 1))
        if now_s + ns // NS > LAST_S:
            sign = -1
        if now_s - ns // NS < FIRST_S:
            sign = 1
        return sign * ns

    def do_step(self, longest_s=LONGEST_STEP_S):
        ns = self.step_ns(longest_s)
        self.log(f"step {ns} ns")
        sign = "-" if ns < 0 else ""
        self.exporter.sim("step", f"{sign}{abs(ns) // NS}.{abs(ns) % NS:09}")

    def rate(self, event):
        ppm = f"{self.random.uniform(-250, 250):.3f}"
        self.log(f"{event} {ppm} ppm")
        self.exporter.sim(event, ppm)

    def do_slew(self):
        self.rate("slew")

    def do_freq(self):
        """Added to the slew; together at most what is to be expected of a host."""
        self.rate("freq")

    def do_leap(self):
        what = self.random.choice(("insert", "delete", "insert", "delete", "none"))
        seconds = str(self.random.randint(1, 3))
        self.log(f"leap {what} {seconds}")
        self.exporter.sim("leap", what, *([] if what == "none" else [seconds]))

    def do_tai(self):
        tai = str(self.random.randint(*TAI_S))
        self.log(f"tai {tai}")
        self.exporter.sim("tai", tai)

    def do_sleep(self):
        seconds = f"{self.random.uniform(0.001, 10000):.9f}"
        self.log(f"sleep {seconds} s")
        self.exporter.sim("sleep", seconds)

    def do_status(self):
        status = self.random.choice(("unknown", "initializing", "freerunning", "unreliable"))
        self.log(f"status {status}")
        self.exporter.sim("status", status)
        self.pause(0.5)
        if self.random.random() < 0.5:
            self.do_step()
        self.exporter.sim("status", "off")

    def do_error(self):
        ns = str(int(10 ** self.random.uniform(1, 12)))
        self.log(f"error {ns} ns")
        self.exporter.sim("error", ns)
        self.pause(0.5)
        self.exporter.sim("error", "off")

    # The exporter

    def broken(self, *words):
        self.log(" ".join(words))
        self.exporter.sim(*words)
        # past the pages' validity now and then
        self.pause(5)
        self.exporter.sim("thaw")

    def do_freeze(self):
        self.broken("freeze")

    def do_tear(self):
        self.broken("tear", self.random.choice(("clock", "guest", "vmclock")))

    def do_scribble(self):
        self.broken("scribble", self.random.choice(("clock", "guest")))

    def do_epochs(self):
        hz = str(self.random.randint(10, 300))
        self.log(f"epochs {hz} Hz")
        self.exporter.sim("epoch", hz)
        self.pause(0.5)
        self.exporter.sim("epoch", "0")

    def do_restart(self):
        self.log("restart")
        self.exporter.end()
        self.pause(1)
        self.exporter.start()

    def do_kill(self):
        self.log("kill")
        self.exporter.end(signal.SIGKILL)
        self.pause(1)
        self.exporter.start()

    def do_die(self):
        what = self.random.choice(("clock", "guest", "vmclock"))
        self.log(f"die {what}")
        self.exporter.ctl("sim", "die", what, may_fail=True)
        self.exporter.end(None)
        self.pause(1)
        self.exporter.start()

    # The VMs

    def do_stop(self):
        """By the exporter; the host's clock may be set meanwhile."""
        guest = self.guest
        self.log(f"{guest.label} stop")
        self.exporter.control_vm("stop", guest.name)
        if self.random.random() < 0.3:
            self.do_step()
        self.pause(MAX_GAP_S)
        self.exporter.control_vm("cont", guest.name)
        guest.expected += 1

    def do_pause(self):
        """By somebody else; the exporter finds out."""
        guest = self.guest
        self.log(f"{guest.label} pause")
        guest.monitor("stop")
        self.pause(MAX_GAP_S)
        guest.monitor("cont")
        guest.expected += 1

    def do_absent(self):
        """The same while the exporter is dead."""
        guest = self.guest
        self.log(f"{guest.label} pause without exporter")
        self.exporter.end(signal.SIGKILL)
        guest.monitor("stop")
        self.pause(MAX_GAP_S)
        guest.monitor("cont")
        self.pause(0.5)
        self.exporter.start()
        guest.expected += 1

    def from_file(self, cause):
        guest = self.guest
        saved = f"{guest.home}/saved"
        self.log(f"{guest.label} {cause}")
        state = guest.migrate(f"exec:cat > {saved}")
        if self.random.random() < 0.3:
            self.do_step(longest_s=1000)
        self.pause(MAX_GAP_S)
        there = guest.next_machine(f"exec:cat {saved}")
        guest.go_on_in(there, cause, state)
        os.unlink(saved)
        guest.expected += 1

    def do_restore(self):
        self.from_file("restore")

    def do_clone(self):
        self.from_file("clone")

    def do_migrate(self):
        guest = self.guest
        self.log(f"{guest.label} migrate")
        path = f"{guest.home}/live"
        there = guest.next_machine(f"unix:{path}")
        wait_for(path, lambda: is_listening(path))
        state = guest.migrate(f"unix:{path}")
        guest.go_on_in(there, "migration", state)
        guest.expected += 1

    # In the guests

    def do_policy(self):
        policy = self.random.choice(("default", "suspend", "steal"))
        self.log(f"{self.guest.label} policy {policy}")
        self.guest.ask("policy", policy)

    def do_detach(self):
        ns = int(self.random.choice((-1, 1)) * 10 ** self.random.uniform(4, 15))
        self.log(f"{self.guest.label} detach {ns} ns")
        self.guest.ask("detach", str(ns))
        self.pause(0.5)
        if self.random.random() < 0.5:
            self.do_step()
        self.guest.ask("follow")

    def do_clocksource(self):
        self.log(f"{self.guest.label} clocksource")
        self.guest.ask("clocksource", "tsc")
        self.pause(0.5)
        if self.random.random() < 0.5:
            self.do_step()
        self.guest.ask("clocksource", "hostclock")

    def do_replug(self):
        self.log(f"{self.guest.label} replug")
        self.guest.ask("replug")
        self.guest.expected = 0
