# SPDX-License-Identifier: GPL-2.0
"""
An event a second, at random, on two guests under one exporter, for SECONDS.

argv: the top directory, where it was built, a directory for files, SECONDS, SEED.
Prints every event and every violation with the time, and in the end results as
tools/testing/run counts them. With the same seed, the same events are drawn.
"""

import os
import random
import subprocess
import sys
import time

from events import DISRUPTIVE, Events
from exporter import Exporter, wait_for
from figures import LEAST_SAMPLES, Figures
from machine import Guest

EVENT_S = 1.0
# The exporter's restarts are in every other of these parts, so that it has long lives,
# too, in which to see what its memory does.
PARTS = 6
# In no less time than this is chronyd reset, with events all the time
RESET_S = 60
# Fewer than one a second, as some take long, but not by much.
LEAST_EVENTS = 0.7


class Soak:
    """One run."""

    def __init__(self, build, work, seconds, seed):
        self.work, self.seconds, self.seed = work, seconds, seed
        os.environ["SOAK_BUILD"] = build
        self.begin = time.monotonic()
        self.failed, self.number, self.wrong = False, 0, 0
        self.figures, self.fds = Figures(), {}
        self.resets = {}
        self.last = {}
        self.exporter = Exporter(build, work)
        self.guests = []
        self.events = Events(random.Random(seed), self.exporter, self.guests, self.log)

    def start(self, top):
        self.exporter.start()
        for label, cpus in (("g1", 1), ("g2", 2)):
            guest = Guest(self.exporter, self.work, label)
            self.guests.append(guest)
            guest.boot(top, cpus, self.seed + cpus)

    def log(self, text):
        print(f"# {time.monotonic() - self.begin:9.3f} {self.number} {text}", flush=True)

    def result(self, good, name, why):
        self.failed |= not good
        print(f"ok - {name}" if good else f"not ok - {name}: {why}", flush=True)

    def violation(self, text):
        self.wrong += 1
        self.log(f"VIOLATION (seed {self.seed}): {text}")

    def part(self):
        return int(self.number * EVENT_S / self.seconds * PARTS)

    def look_at(self, guest):
        """Is a guest where it should be, now that the event is over?"""
        before = self.exporter.page()
        answer = guest.ask("ping")
        after = self.exporter.page()
        for text in guest.violations:
            self.violation(f"{guest.label}: {text}")
        guest.violations.clear()
        if before["epoch"] == after["epoch"] and not (
                before["realtime_ns"] <= int(answer["real"]) <= after["realtime_ns"]):
            self.violation(f"{guest.label}: CLOCK_REALTIME {answer['real']}, the host's "
                           f"{before['realtime_ns']} to {after['realtime_ns']}")
        self.compare(guest, answer, {
            "status": "synchronized", "wall": "follow", "clocksource": "hostclock",
            "guest_epoch": str(guest.status()["epoch"]),
            "disruptions": str(guest.expected)})
        self.last[guest.label] = answer
        self.figures.add_guest(time.monotonic(), guest.label, answer)
        self.look_at_resets(guest, int(answer["resets"]))

    def compare(self, guest, answer, expected):
        for name, value in expected.items():
            if answer[name] != value:
                self.violation(f"{guest.label}: {name} is {answer[name]}, not {value}; cause "
                               f"{answer['cause']}")
        guest.expected = int(answer["disruptions"])
        if answer["wall"] == "detached":
            guest.ask("follow")

    def look_at_resets(self, guest, resets):
        now = time.monotonic()
        had, since = self.resets.get(guest.label, (-1, now))
        if resets > had:
            self.resets[guest.label] = resets, now
        elif now - since > RESET_S:
            self.violation(f"{guest.label}: chronyd was not reset for {now - since:.0f} s")
            self.resets[guest.label] = resets, now

    def look_at_exporter(self):
        if not self.exporter.running():
            raise RuntimeError(f"hostclockd died, see {self.exporter.log}")
        self.figures.add(time.monotonic(), f"life {self.exporter.lives} of hostclockd",
                         self.exporter.memory())
        self.fds.setdefault(self.exporter.descriptors(), self.number)

    def settle(self):
        """Pages are right again, at the latest, after an update."""
        wait_for("pages that are synchronized",
                 lambda: self.exporter.page()["status"] == "synchronized")
        time.sleep(0.15)

    def run(self):
        due = self.begin = time.monotonic()
        end = self.begin + self.seconds
        while time.monotonic() < end:
            time.sleep(max(0, due - time.monotonic()))
            due += EVENT_S
            self.number += 1
            kind = self.events.draw(restarts=self.part() % 2)
            self.events.run(kind)
            self.settle()
            for guest in self.guests:
                self.look_at(guest)
            self.look_at_exporter()

    def judge_guest(self, guest):
        answer = self.last[guest.label]
        print(f"# {guest.label}: {answer['readings']} readings, {answer['first']} first ones "
              f"after a change, {answer['jumps']} across guest epochs, {answer['undecided']} "
              f"undecided, {answer['resets']} resets of chronyd, {guest.moves} moves")
        self.result(answer["violations"] == "0", f"{guest.label}: no violation",
                    f"{answer['violations']}, seed {self.seed}")
        for what, least in (("readings", 100 * self.seconds), ("first", self.number / 4),
                            ("jumps", 1), ("resets", 1)):
            self.result(int(answer[what]) >= least, f"{guest.label}: {what} were enough",
                        f"{answer[what]}, not {least}")

    def judge(self):
        count = self.events.count
        print(f"# {self.number} events: " +
              ", ".join(f"{k} {n}" for k, n in sorted(count.items())))
        self.result(self.number >= LEAST_EVENTS * self.seconds, "events at 1 Hz",
                    f"{self.number} in {self.seconds} s")
        self.result(any(k in DISRUPTIVE for k in count), "disruptions among them", "none")
        self.result(not self.wrong, "all is as it should be after each event",
                    f"{self.wrong} times not, seed {self.seed}")
        for guest in self.guests:
            if guest.label in self.last:
                self.judge_guest(guest)
        judged = self.figures.judge(self.result)
        # Every other part is within one of its lives, all events but one.
        if self.seconds / EVENT_S / PARTS > LEAST_SAMPLES["hostclockd"]:
            self.result("hostclockd" in judged, "hostclockd lived long enough to judge its memory",
                        f"its {self.exporter.lives} lives were too short")
        self.result(len(self.fds) == 1, "hostclockd's file descriptors are as many always",
                    f"numbers, and after which event first: {self.fds}")

    def end(self):
        for guest in self.guests:
            guest.leave()
        if self.exporter.process:
            self.exporter.end()


def main():
    top, build, work, seconds, seed = sys.argv[1:6]
    print(f"# seed {seed}, {seconds} s", flush=True)
    soak = Soak(build, work, int(seconds), int(seed))
    try:
        soak.start(top)
        soak.run()
    except (RuntimeError, OSError, subprocess.SubprocessError, KeyError) as error:
        soak.result(False, "all events can be brought about", f"{error!r}, seed {seed}")
    if soak.number:
        soak.judge()
    soak.end()
    return soak.failed


sys.exit(main())
