# SPDX-License-Identifier: GPL-2.0
"""A guest that reads its clocks, its exporter, and the logs of both."""

import os
import pickle
import signal
import subprocess

from hostlog import ClockLog, GuestLog, Recorder
from judge import Segment
from machine import Control, Machine, destination, wait_for
from ring import Ring
from waiting import is_gone

# Readings that are wanted from before and from after an event
BEFORE, AFTER = 16000, 24000
# Of having readings while no set is missed
TRIES = 5
# Sets that hold in the time that readings are kept of; 10 are published a second.
SETS = 60


class Exporter:
    """hostclockd, which is ended and started again; the first one is another's."""

    def __init__(self, program, directory, pid, options):
        self.command = [program, "--dir", directory, *options]
        self.pid, self.process = pid, None

    def signal(self, number=signal.SIGTERM):
        os.kill(self.pid, number)
        self.wait_gone()

    def wait_gone(self):
        def gone():
            if self.process:
                return self.process.poll() is not None
            return is_gone(self.pid)

        wait_for("the exporter's end", gone)

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE)
        self.pid = self.process.pid
        if b"ready" not in self.process.stdout.readline():
            raise RuntimeError("the exporter does not start again")

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()


class Guest:
    """A VM, its memory of readings and the log of its page"""

    def __init__(self, vm, ring, page):
        self.vm, self.ring, self.page = vm, ring, page

    def begin(self):
        """Have readings from before an event. The page by which they are made"""
        self.ring.skip()
        self.ring.advance(BEFORE)
        self.ring.keep()
        return self.page.pages[-1]


class Scene:
    """All that belongs to one guest-run. Rows go to a file, for verdict.py."""

    def __init__(self, ctl, work, smear):
        self.work = work
        self.ctl = Control(ctl, os.environ["HOSTCLOCK_DIR"])
        self.recorder = Recorder()
        self.clock = self.recorder.add(ClockLog(f"{self.ctl.directory}/clock", smear))
        self.guest = self.watch(Machine.of_guest_run(self.ctl), f"{work}/ring")
        self.tsc_hz = int(self.ctl.status()["tsc_khz"]) * 1000
        self.recorder.start()

    def watch(self, vm, ring):
        log = GuestLog(f"{self.ctl.directory}/vm/{vm.name}")
        return Guest(vm, Ring(ring), self.recorder.add(log))

    def go_on(self, source, name, uri, *options):
        """A guest that is to be what the source was, and has its readings"""
        vm = destination(source.vm, self.work, name, uri, *options)
        guest = self.watch(vm, f"{self.work}/{name}/shm")
        guest.ring.follow(source.ring)
        return guest

    def ready(self):
        wait_for("readings", lambda: self.guest.ring.head > BEFORE)

    def save(self, **row):
        with open(f"{self.work}/rows", "ab") as f:
            pickle.dump({"tsc_hz": self.tsc_hz, **row}, f)

    def advance(self, ring, tsc_offset):
        """
        Have readings from after an event. If the host was too busy to log all sets
        meanwhile, they cannot be judged, and more are wanted.
        """
        sets = self.clock.sets
        for _ in range(TRIES):
            mark = len(sets)
            ring.advance(AFTER)
            end = ring.now() - tsc_offset
            wait_for("a set after the readings", lambda end=end: sets[-1].cycle_last > end)
            if not self.clock.lacks_any(mark):
                break

    def changed(self, mark, is_it):
        """The first set since the mark that is_it(), and the one before it"""
        sets = self.clock.sets
        for i in range(max(mark, 1), len(sets)):
            if is_it(sets[i - 1], sets[i]):
                return sets[i - 1], sets[i]
        return None

    def simulated(self, name, provoke, is_it, more=None, **expected):
        """
        A row with an event of the exporter's. is_it() finds the event in the host's
        log, between two sets; without it, the event is that nothing follows, and
        begins when it is brought about. more() is done after it, and readings are
        taken once more.
        """
        ring, page, sets = self.guest.ring, self.guest.page, self.clock.sets
        before, marker = self.guest.begin(), page.marker()
        first, mark, event = page.pages.index(before), len(sets), ring.now()
        provoke()
        old = new = sets[-1]
        if is_it:
            old, new = wait_for(name, lambda: self.changed(mark, is_it))
            event = new.cycle_last + before.tsc_offset
            wait_for(name, lambda: ring.now() >= event)
            self.advance(ring, before.tsc_offset)
        else:
            ring.advance(AFTER)
        readings = ring.grab()
        if more:
            more()
            ring.skip()
            ring.advance(AFTER)
            readings += ring.grab()
        self.save(name=name, readings=readings, expected=expected, event=event,
                  jumps=[event] if old.epoch != new.epoch else [], change=(old, new),
                  segments=[Segment(0, before.tsc_offset, 0, 0)],
                  sets=sets[max(0, mark - SETS):], pages=page.pages[first:],
                  markers=(marker, page.marker()))

    def after_gap(self, name, guest, before):
        """Readings of a guest that goes on now; before is the page by which it ran."""
        ring, page = guest.ring, guest.page
        wait_for(name, lambda: page.pages and page.pages[-1].epoch != before.epoch and
                 ring.now() > page.pages[-1].resume_tsc)
        self.advance(ring, page.pages[-1].tsc_offset)
        return ring.grab()

    def gap(self, name, guest, before, steal, readings=None, **expected):
        """
        A row of a gap in which a guest did not run. The guest is what goes on now,
        before is the page by which it ran until then.
        """
        readings = readings or self.after_gap(name, guest, before)
        # What the exporter guessed before the guest ran it knows by now.
        after = guest.page.pages[-1]
        stop = after.stop_tsc or after.resume_tsc
        begun, ended = after.resume_tsc - after.tsc_offset, stop - before.tsc_offset
        sets, since = self.clock.sets, self.clock.index_at(ended)
        first, last = sets[since], self.clock.set_at(begun)
        gap_ns = last.mono(begun) - first.mono(ended)
        raw_gap_ns = last.raw(begun) - first.raw(ended)
        self.save(name=name, readings=readings, expected=expected, steal=steal,
                  event=stop, jumps=sorted({stop, after.resume_tsc}), gap_ns=gap_ns,
                  segments=[Segment(0, before.tsc_offset, 0, 0),
                            Segment(after.resume_tsc, after.tsc_offset,
                                    0 if steal else gap_ns, raw_gap_ns)],
                  sets=sets[max(0, since - SETS):], pages=[before, after])

    def end(self):
        self.recorder.end()
        self.clock.end()
        self.guest.ring.stop()
