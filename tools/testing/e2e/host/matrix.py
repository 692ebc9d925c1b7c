# SPDX-License-Identifier: GPL-2.0
"""
Brings about the events of one group while a guest reads its clocks, and
keeps what host and guest logged around each. Run by guest-run's --host-cmd.

argv: group (strict, smeared, gaps or clones), where hostclockd and hostclockctl are, a
directory for files, hostclockd's process and options. The directory has the guest's
memory "ring"; rows go to its file "rows", for verdict.py.
"""

import os
import signal
import sys
import time

from machine import wait_for
from scene import Exporter, Scene

# Readings that a guest makes while it finds that all is well again
RECOVERED = 8000
# What pages have expired for when that is looked at
EXPIRED_S = 0.5
GAP_S = 2
SLEW_PPM = 450

NO_PTP = "the PTP clock refuses to be read while the guest page is half written"

# From one snapshot, all at once
CLONES = 20

SMEARS = {"strict": 0, "smeared": 2, "gaps": 0, "clones": 0}


def is_set(old, new):
    return old.wall_ns != new.wall_ns


def is_slewed(old, new):
    return abs(new.slew_ppm() - old.slew_ppm()) > SLEW_PPM / 2


def is_newer(old, new):
    return new.cycle_last != old.cycle_last


class Simulated:
    """What the exporter's simulated clock does, and what becomes of the exporter"""

    def __init__(self, scene, exporter):
        self.scene, self.exporter = scene, exporter

    def sim(self, *words):
        self.scene.ctl("sim", "--", *words)

    def synchronised(self):
        """The exporter is at it again, and the guest has seen that."""
        scene = self.scene
        count = len(scene.clock.sets)
        wait_for("sets", lambda: len(scene.clock.sets) > count + 2)
        scene.guest.ring.advance(RECOVERED)

    def slew(self):
        self.scene.simulated("host NTP slews", lambda: self.sim("slew", str(SLEW_PPM)),
                             is_slewed, slew_ppm=SLEW_PPM)
        self.sim("slew", "0")
        self.synchronised()

    def step(self):
        for name, sec in (("forward", "3600.000000007"), ("back", "-7200.25")):
            ns = int(sec.replace(".", "").ljust(len(sec.split(".")[0]) + 9, "0"))
            self.scene.simulated(f"host sets its clock {name}",
                                 lambda sec=sec: self.sim("step", sec), is_set,
                                 wall_ns=ns, told=1)

    def leap(self):
        for kind, sign in (("insert", 1), ("delete", -1)):
            self.scene.simulated(f"leap second, strict, {kind}",
                                 lambda kind=kind: self.sim("leap", kind, "3"), is_set,
                                 wall_ns=-sign * 10**9, tai_sec=sign, told=1,
                                 leap_before=1 if sign > 0 else 2)

    def smear(self):
        # UTC-SLS: 1000 s before the end of the UTC day's last minute
        self.scene.simulated("leap second, smeared",
                             lambda: self.sim("leap", "insert", "1003"), is_slewed,
                             slew_ppm=-1000)

    def restart(self):
        self.exporter.signal()
        self.exporter.start()

    def expire(self):
        time.sleep(self.scene.clock.sets[-1].valid_ns / 1e9 + EXPIRED_S)

    def die(self, what):
        try:
            self.sim("die", what)
        except RuntimeError:
            pass	# it cannot answer any more
        self.exporter.wait_gone()

    def silence(self):
        self.scene.simulated("host live update", self.restart, is_newer)
        self.scene.simulated("exporter stops updating", lambda: self.sim("freeze"), None,
                             more=self.expire, expires=1)
        self.sim("thaw")
        self.synchronised()
        for what, absent in (("clock", {}), ("guest", {("RAW", "kernel"): NO_PTP})):
            self.scene.simulated(f"exporter killed, {what} page half written",
                                 lambda what=what: self.die(what), None,
                                 more=self.expire, expires=1, absent=absent)
            self.exporter.start()
            self.synchronised()

    def stop(self):
        """A process that is stopped does not stop its guest's counter."""
        scene, vm = self.scene, self.scene.guest.vm
        offset = scene.guest.page.pages[-1].tsc_offset
        scene.ctl("attach", vm.name, "--tsc-offset", str(offset))
        before = scene.guest.begin()
        os.kill(vm.pid, signal.SIGSTOP)
        try:
            scene.ctl("stop", vm.name)
            time.sleep(GAP_S)
            scene.ctl("cont", vm.name)
        finally:
            os.kill(vm.pid, signal.SIGCONT)
        scene.gap("VM stop/cont, TSC runs on", scene.guest, before, False, cause=1)


def stop(scene, name, steal):
    guest = scene.guest
    before = guest.begin()
    scene.ctl("stop", guest.vm.name)
    time.sleep(GAP_S)
    scene.ctl("cont", guest.vm.name)
    scene.gap(name, guest, before, steal, cause=1)


class Gaps:
    """What happens to a VM that is saved"""

    def __init__(self, scene):
        self.scene, self.ctl = scene, scene.ctl
        self.machines = []

    def go_on(self, *arguments):
        guest = self.scene.go_on(*arguments)
        self.machines.append(guest.vm)
        return guest

    def leave(self, guest):
        self.machines.remove(guest.vm)
        guest.vm.end()

    def save(self):
        """The guest, by whom it can go on, the page by which it ran, and its record"""
        source = self.scene.guest
        before = source.begin()
        source.vm.migrate(f"exec:cat > {self.scene.work}/saved")
        state = self.ctl("handover", source.vm.name)
        time.sleep(GAP_S)
        return source, f"exec:cat {self.scene.work}/saved", before, state

    def restore(self):
        """Twice, and cloned; the last clone lives on."""
        source, saved, before, state = self.save()
        for policy in ("steal", "suspend"):
            guest = self.go_on(source, f"restore-{policy}", saved, "--policy", policy)
            guest.vm.go_on("restore", state)
            self.scene.gap(f"snapshot restore, policy {policy}", guest, before,
                           policy == "steal", cause=2, generations=[before.generation])
            self.leave(guest)
        clones = self.clone(source, saved, before, state,
                            "snapshot clone, policy {}, beside the other",
                            {"steal": "steal", "suspend": "suspend"})
        self.leave(clones["steal"])
        return clones["suspend"]

    def clone(self, source, saved, before, state, name, policies):
        """Guests from one snapshot, which run at once. policies: by what differs"""
        clones = {which: self.go_on(source, f"clone-{which}", saved, "--policy", policy)
                  for which, policy in policies.items()}
        readings = {}
        for which, guest in clones.items():
            guest.vm.go_on("clone", state)
            # Of many, the first would not be kept until all go on.
            if len(clones) > 2:
                readings[which] = self.scene.after_gap(name.format(which), guest, before)
        for which, guest in clones.items():
            if which not in readings:
                readings[which] = self.scene.after_gap(name.format(which), guest, before)
        others = [before.generation]
        for which, guest in clones.items():
            self.scene.gap(name.format(which), guest, before, policies[which] == "steal",
                           readings[which], cause=3, generations=list(others))
            others.append(guest.page.pages[-1].generation)
        for guest in clones.values():
            guest.ring.advance(1)
        return clones

    def migrate(self, source):
        path = f"{self.scene.work}/live"
        guest = self.go_on(source, "moved", f"unix:{path}")
        before = source.begin()
        guest.ring.follow(source.ring)
        source.vm.live_migrate(guest.vm, path)
        self.scene.gap("live migration", guest, before, True, cause=4)

    def end(self):
        for vm in self.machines:
            vm.end()
        self.ctl("cont", self.scene.guest.vm.name)


def gaps(scene):
    stop(scene, "VM stop/cont, policy suspend", False)
    events = Gaps(scene)
    try:
        events.migrate(events.restore())
    finally:
        events.end()


def clones(scene):
    events = Gaps(scene)
    policies = {f"{i + 1}": ("steal", "suspend")[i % 2] for i in range(CLONES)}
    try:
        events.clone(*events.save(), f"snapshot clone {{}} of {CLONES}", policies)
    finally:
        events.end()


def strict(events):
    events.slew()
    events.step()
    events.leap()
    events.silence()
    events.stop()


def main():
    group, programs, work, pid, *options = sys.argv[1:]
    scene = Scene(f"{programs}/hostclockctl", work, SMEARS[group])
    exporter = Exporter(f"{programs}/hostclockd-sim", scene.ctl.directory, int(pid), options)
    try:
        scene.ready()
        if group == "gaps":
            gaps(scene)
        elif group == "clones":
            clones(scene)
        elif group == "strict":
            strict(Simulated(scene, exporter))
        else:
            Simulated(scene, exporter).smear()
            stop(scene, "VM stop/cont, policy steal", True)
    finally:
        scene.end()
        exporter.end()


main()
