# SPDX-License-Identifier: GPL-2.0
"""When does a sleeping guest notice what happens on its host?

Run by guest-run's --host-cmd, for a guest in which doorbell.sh waits.
argv: hostclockctl, hostclockd, a directory for files, the file with that guest's
output, and what to do: "rung" or "unrung", whether it has a doorbell; "once", for a
step only; "migrate", and be restored and cloned. Prints results as tools/testing/run
counts them. Ends the guest.
"""

import calendar
import os
import re
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

from machine import Control, Machine, destination, wait_for
from waiting import is_gone

PROGRAM, DAEMON, WORK, OUTPUT, WHAT = sys.argv[1:6]
DIR = os.environ["HOSTCLOCK_DIR"]
# So long, nothing must happen.
QUIET_S = 4
# A tick that does not stop has 250 Hz; chronyd wakes up every 2 s.
IDLE_HZ = 25
FAST_MS = 10
# What starting chronyc takes, at most, on an idle machine.
IDLE_CHRONYC_MS = 40
# For one to be fast on a machine that is busy now and then.
MORE_STEPS = 3
failed = False


def result(good, name, why):
    global failed
    failed |= not good
    print(f"ok - {name}" if good else f"not ok - {name}: {why}", flush=True)


def skip(name, why):
    print(f"skip - {name}: {why}", flush=True)


class Guest(Machine):
    """One in which `notice` says what it sees, event by event."""

    def __init__(self, machine, output):
        super().__init__(machine.ctl, machine.name, machine.pid, machine.qmp)
        self.output = output
        self.seen = 0

    def text(self):
        with open(self.output, encoding="ascii", errors="replace") as f:
            return f.read().replace("\r", "")

    def words(self, pattern):
        """What is new since the last event, as far as it is a whole line."""
        return re.findall(pattern, self.text()[self.seen:], re.M)

    def settled(self):
        """All of an event, and what is said from now on belongs to the next."""
        wait_for("quiet", lambda: self.words(r"^quiet .*$") and
                 self.text().endswith("\n") and
                 self.text().splitlines()[-1].startswith("quiet"))
        said = self.text()[self.seen:]
        self.seen += len(said)
        return said

    def counts(self):
        """The last: TSC, timer interrupts, rings."""
        tsc, timer, rings = re.findall(r"^quiet (\d+) (\d+) (\w+)$", self.text(), re.M)[-1]
        return int(tsc), int(timer), rings

    def first(self, pattern):
        """The TSC of the first such line of this event."""
        return int(wait_for(pattern, lambda: self.words(rf"^{pattern}.*\n"))[0])

    def watched(self):
        """All are there, and sleep."""
        self.first(r"line (\d+) notify .*: watching")
        if WHAT != "once":
            self.first(r"line (\d+) chronyd \S+ Selected source")
        self.settled()

    def selected(self):
        self.first(r"line (\d+) chronyd \S+ Selected source")
        return self.settled()


def clock_sets():
    """
    (epoch and status, cycle_last, REALTIME there in s) of the first page's two sets,
    the newest last
    """
    with open(f"{DIR}/clock", "rb") as f:
        page = f.read(4096)
    sets = []
    for at in (0x40, 0xc0):
        epoch, cycle_last, sec = struct.unpack_from("<QQ16xQ", page, at)
        wall_ns, = struct.unpack_from("<q", page, at + 0x30)
        sets.append(((epoch, page[at + 0x64]), cycle_last, sec + wall_ns // 10 ** 9))
    return sorted(sets, key=lambda s: s[1])


def changed_at(vm, old):
    """The guest's TSC and REALTIME from which on the clock is another than in old."""
    sets = clock_sets()
    assert sets[-1][0] != old[0]
    first = next(s for s in sets if s[0] == sets[-1][0])
    return first[1] + vm.status()["tsc_offset"], first[2]


class Times:
    """Latencies in ms: until poll() returned, until chronyd was reset."""

    def __init__(self, ctl):
        self.hz = ctl.status()["tsc_khz"] * 1000
        self.poll, self.chronyd = [], []

    def note(self, event, vm, tsc, resets):
        poll = (vm.first(r"poll (\d+)") - tsc) * 1e3 / self.hz
        self.poll.append(poll)
        text = f"# {event}: poll() after {poll:.2f} ms"
        if resets:
            chronyd = vm.first(r"line (\d+) chronyd \S+ Can't synchronise: no selectable")
            notify = vm.first(r"line (\d+) notify .* sources reset")
            self.chronyd.append((chronyd - tsc) * 1e3 / self.hz)
            text += (f", chronyd's log after {self.chronyd[-1]:.2f} ms, its answer after "
                     f"{(notify - tsc) * 1e3 / self.hz:.2f} ms")
        print(text, flush=True)
        result(poll > -0.1, f"{event}: nobody is woken before it holds", f"{poll} ms")


def step(vm, times, resets=True):
    old = clock_sets()[-1]
    vm.ctl("sim", "step", "5")
    tsc, real = changed_at(vm, old)
    times.note("step", vm, tsc, resets)
    if resets:
        said = vm.words(r"^line \d+ chronyd (\S+) Can't synchronise: no selectable")[0]
        late = calendar.timegm(time.strptime(said, "%Y-%m-%dT%H:%M:%SZ")) - real
        # Both are whole seconds, REALTIME's rounded down twice.
        result(0 <= late <= 2 + times.chronyd[-1] / 1e3,
               "step: chronyd's log has the stepped time", f"{late} s after the step")
        vm.selected()
    else:
        vm.settled()


def status(vm, times):
    for name in ("freerunning", "off"):
        old = clock_sets()[-1]
        vm.ctl("sim", "status", name)
        times.note(f"status {name}", vm, changed_at(vm, old)[0], False)
        vm.settled()


def stop(vm, times):
    vm.ctl("stop", vm.name)
    time.sleep(1)
    vm.ctl("cont", vm.name)
    times.note("stop", vm, vm.status()["resume_tsc"], True)
    vm.selected()


def generation(vm):
    """The guest is told that it exists twice now."""
    vm.ctl("detach", vm.name)
    vm.first(r"poll (\d+)")
    vm.settled()
    vm.ctl("attach", vm.name, "--pid", str(vm.pid), "--qmp", vm.qmp,
           "--cause", "restore")
    tsc = vm.first(r"poll (\d+)")
    reset = vm.first(r"line (\d+) chronyd \S+ Can't synchronise: no selectable")
    hz = vm.ctl.status()["tsc_khz"] * 1000
    print(f"# generation: chronyd's log {(reset - tsc) * 1e3 / hz:.2f} ms after poll()")
    # Who tells is heard after whom it told, or half a line is there.
    said = vm.selected()
    result(re.search(r"^line \d+ notify .*: generation .*$", said, re.M),
           "another generation: told as such", said)


def quiet(vm):
    """The host's clock is slewed, and nothing happens in the guest."""
    before = vm.counts()
    vm.ctl("sim", "slew", "400")
    time.sleep(QUIET_S)
    vm.ctl("sim", "slew", "--", "-400")
    time.sleep(QUIET_S)
    result(not vm.words(r"^poll"), "a slew wakes nobody", vm.text()[vm.seen:])
    rings = vm.status()["doorbell_rings"]
    vm.ctl("sim", "status", "freerunning")
    vm.first(r"poll (\d+)")
    vm.settled()
    after = vm.counts()
    hz = vm.ctl.status()["tsc_khz"] * 1000
    seconds = (after[0] - before[0]) / hz
    print(f"# {seconds:.1f} s: {after[1] - before[1]} timer interrupts, rings {before[2]} "
          f"to {after[2]}")
    result((after[1] - before[1]) / seconds < IDLE_HZ, "the guest is idle",
           f"{after[1] - before[1]} timer interrupts in {seconds} s")
    result(vm.status()["doorbell_rings"] == rings + 1 and
           int(after[2]) == int(before[2]) + 1,
           "the doorbell rang once, for what came after",
           f"the host counts {rings}, then {vm.status()['doorbell_rings']}, the guest "
           f"{before[2]}, then {after[2]}")
    vm.ctl("sim", "status", "off")
    vm.first(r"poll (\d+)")
    vm.settled()


def exporter_pid():
    """Guest-run's, which is the only one in that directory."""
    wanted = f"--dir\0{DIR}\0".encode()
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as f:
                words = f.read()
        except OSError:
            continue
        if words.split(b"\0")[0].endswith(b"/hostclockd-sim") and wanted in words:
            return int(process)
    raise RuntimeError("no exporter")


def restart(vm):
    """The exporter is killed; another one takes over."""
    pid = exporter_pid()
    before = vm.status()
    os.kill(pid, signal.SIGKILL)
    wait_for("the exporter's end", lambda: is_gone(pid))
    # pylint: disable=consider-using-with
    process = subprocess.Popen([DAEMON, "--dir", DIR, "--sim"],
                               stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(1)
    after = vm.status()
    same = all(before[key] == after[key]
               for key in ("epoch", "disruption_marker", "generation"))
    result(same and not vm.words(r"^poll"), "a restart of the exporter is no event",
           f"{before}, {after}, {vm.text()[vm.seen:]}")
    return process


def garbage(vm):
    """Nobody who connects disturbs the guest."""
    for i in range(20):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(f"{DIR}/doorbell/{vm.name}")
            s.sendall(os.urandom(64 * i))


def judge_fast(vm, times):
    """
    On a busy machine a time means something only compared with chronyc's, which
    starts in several times what is judged.
    """
    for _ in range(MORE_STEPS):
        if min(times.chronyd) >= FAST_MS:
            step(vm, times)
    best = min(times.chronyd)
    chronyc = float(re.search(r"^chronyc (\S+)", vm.text(), re.M)[1])
    name = f"chronyd's log shows its reset within {FAST_MS} ms"
    why = f"at best {best} ms, starting chronyc takes {chronyc} ms"
    print(f"# best: poll() {min(times.poll):.2f} ms, chronyd's log {best:.2f} ms; "
          f"median: {statistics.median(times.poll):.2f} ms, "
          f"{statistics.median(times.chronyd):.2f} ms; chronyc: {chronyc} ms", flush=True)
    if best >= FAST_MS and chronyc > IDLE_CHRONYC_MS and best < chronyc:
        skip(name, why)
    else:
        result(best < FAST_MS, name, why)


def write_times(times):
    with open(f"{WORK}/{WHAT}.times", "w", encoding="ascii") as f:
        f.write("".join(f"{ms}\n" for ms in times.chronyd))


def rung(vm, ctl):
    times = Times(ctl)
    vm.watched()
    process = restart(vm)
    try:
        step(vm, times)
        quiet(vm)
        garbage(vm)
        step(vm, times)
        stop(vm, times)
        status(vm, times)
        generation(vm)
        step(vm, times)
        judge_fast(vm, times)
        write_times(times)
    finally:
        process.terminate()


def unrung(vm, ctl):
    times = Times(ctl)
    vm.watched()
    for _ in range(2):
        step(vm, times)
    write_times(times)


def once(vm, ctl):
    times = Times(ctl)
    vm.watched()
    step(vm, times, False)
    status(vm, times)
    result(vm.counts()[2] == "3", "the doorbell rang for them", f"{vm.counts()[2]} times")


class Moves:
    """To other machines, where what rings is another doorbell."""

    def __init__(self, ctl):
        self.times, self.machines = Times(ctl), []

    def destination(self, vm, name, uri):
        there = destination(vm, WORK, name, uri, "--doorbell")
        self.machines.append(there)
        return there

    def arrived(self, there, cause):
        """The guest there was told, and has told chronyd."""
        guest = Guest(there, f"{WORK}/{there.name}/out")
        self.times.note(there.name, guest, guest.status()["resume_tsc"], True)
        said = guest.selected()
        result(re.search(rf"^line \d+ notify .*: disruption .*cause {cause}", said, re.M),
               f"{there.name}: told as such", said)
        return guest

    def end(self):
        for there in self.machines:
            there.end()


def migrate(vm, ctl):
    moves = Moves(ctl)
    vm.watched()
    path = f"{WORK}/live"
    try:
        there = moves.destination(vm, "migration", f"unix:{path}")
        vm.live_migrate(there, path)
        guest = moves.arrived(there, "migration")
        rings = guest.counts()[2]
        step(guest, moves.times)
        result(int(guest.counts()[2]) == int(rings) + 1,
               "and there the doorbell rings", f"{rings}, then {guest.counts()[2]}")
        save(guest, moves)
    finally:
        moves.end()


def save(vm, moves):
    """A snapshot is restored, and goes on as two guests at once."""
    saved = f"{WORK}/saved"
    vm.migrate(f"exec:cat > {saved}")
    state = vm.ctl("handover", vm.name)
    for cause, names in (("restore", ["restore"]), ("clone", ["clone", "clone-beside"])):
        machines = [moves.destination(vm, name, f"exec:cat {saved}") for name in names]
        for there in machines:
            there.go_on(cause, state)
        for there in machines:
            moves.arrived(there, cause)


def main():
    ctl = Control(PROGRAM, DIR)
    vm = Guest(Machine.of_guest_run(ctl), OUTPUT)
    try:
        {"rung": rung, "unrung": unrung, "once": once, "migrate": migrate}[WHAT](vm, ctl)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        result(False, "all events can be brought about", repr(error))
    finally:
        os.kill(vm.pid, signal.SIGKILL)
    return failed


sys.exit(main())
