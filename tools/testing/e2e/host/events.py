# SPDX-License-Identifier: GPL-2.0
"""What happens to a VM: stop, snapshot, restore, clone, live migration.

Run by guest-run's --host-cmd, beside a guest in which `events` reads the clocks.
argv: hostclockctl, a directory for files, the file with that guest's output; and
"ran-on" for a stop alone, of a guest whose counter runs on, as under KVM.
Prints a matrix, and results as tools/testing/run counts them, on standard output.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

CTL, WORK, OUTPUT = sys.argv[1:4]
DIR = os.environ["HOSTCLOCK_DIR"]
GAP_S = 2
# hostclockctl, the monitor and files of some 100 MB on a busy machine
LIMIT_S = 40
# A gap is known to what a reading takes; a first one after a restore takes long.
JUMP_TOLERANCE_NS = 2000000

# QEMU without KVM does not tell what the counter is before the guest runs. What
# its page says until the exporter gets to run is a guess: some 0.5 ms off, on a
# machine with two busy CPUs maybe more, but nothing like the gap.
GUESS_NS = 20000000
# Files have the time of the last tick, or of the first reading of a clock since;
# the first tick may be a late one.
TICKS_NS = 50000000

CAUSES = {"stop": "1", "restore": "2", "clone": "3", "migration": "4"}
failed = False


def result(good, name, why):
    global failed
    failed |= not good
    print(f"ok - {name}" if good else f"not ok - {name}: {why}", flush=True)


def ctl(*words, stdin=None):
    done = subprocess.run([CTL, "--dir", DIR, *words], input=stdin,
                          capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode:
        raise RuntimeError(f"hostclockctl {' '.join(words)}: {done.stderr}")
    return done.stdout


def wait_for(what, condition):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"{what}: not within {LIMIT_S} s")


class Machine:
    """A VM, its QEMU, and its name at the exporter."""

    def __init__(self, name, pid, qmp, output):
        self.name, self.pid, self.qmp, self.output = name, pid, qmp, output
        self.reports = 0
        self.process = None

    def monitor(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(LIMIT_S)
            s.connect(self.qmp)
            lines = s.makefile("rw")
            lines.readline()
            for execute, words in (("qmp_capabilities", {}), (command, arguments)):
                lines.write(json.dumps({"execute": execute, "arguments": words}))
                lines.flush()
                while True:
                    answer = json.loads(lines.readline())
                    if "error" in answer:
                        raise RuntimeError(f"{command}: {answer['error']['desc']}")
                    if "return" in answer:
                        break
            return answer["return"]

    def migrate(self, uri):
        self.monitor("migrate", uri=uri)

        def completed():
            state = self.monitor("query-migrate")
            if state.get("status") == "failed":
                raise RuntimeError(f"migration: {state}")
            return state.get("status") == "completed"

        wait_for("migration", completed)

    def status(self):
        vms = json.loads(ctl("status", "--json"))["vms"]
        return next(vm for vm in vms if vm["name"] == self.name)

    def text(self):
        with open(self.output, encoding="ascii", errors="replace") as f:
            return f.read().replace("\r", "")

    def report(self):
        """The next report of the guest's: its event's values, and rows."""
        reports = wait_for(f"{self.name}: report", lambda: re.findall(
            r"^event (.*?)^end$", self.text(), re.M | re.S)[self.reports:])
        self.reports += 1
        first, *rows = reports[0].splitlines()
        words = first.split()
        return dict(zip(words[::2], words[1::2])), [r.split()[1:] for r in rows]


def destination(source, name, uri):
    """The same machine with files of its own, waiting for what it is to be."""
    home = os.path.join(WORK, name)
    os.mkdir(home)
    page = ctl("create", name, "--private").strip()
    with open(f"/proc/{source.pid}/cmdline", encoding="utf-8") as f:
        words = f.read().split("\0")[:-1]
    args = []
    for word in words:
        word = re.sub(r"^pipe,id=(\w+),.*", rf"file,id=\1,path={home}/\1", word)
        word = re.sub(r"^file,id=(\w+),.*", rf"file,id=\1,path={home}/\1", word)
        word = re.sub(r"^file:.*", f"file:{home}/console", word)
        word = re.sub(r"mem-path=[^,]*", f"mem-path={page}", word)
        args.append(re.sub(r"^unix:[^,]*", f"unix:{home}/qmp", word))
    if "-incoming" in args:
        del args[args.index("-S"):]
    vm = Machine(name, 0, f"{home}/qmp", f"{home}/out")
    with open(f"{home}/log", "w", encoding="utf-8") as log:
        vm.process = subprocess.Popen([*args, "-S", "-incoming", uri],
                                      stdout=log, stderr=log)
    vm.pid = vm.process.pid
    wait_for(f"{name}: monitor", lambda: os.path.exists(vm.qmp))
    return vm


def go_on(vm, cause, tuple_):
    wait_for(f"{vm.name}: incoming", lambda: vm.monitor("query-status")["status"]
             in ("paused", "prelaunch", "postmigrate"))
    ctl("takeover", vm.name, stdin=tuple_)
    ctl("attach", vm.name, "--pid", str(vm.pid), "--qmp", vm.qmp, "--cause", cause)
    ctl("cont", vm.name)


def expected_jump(event, clock, gap_ns):
    if clock in ("REALTIME", "TAI"):
        return gap_ns
    if clock == "MONOTONIC_RAW":
        return 0
    if clock == "BOOTTIME" or event == "migration":
        return gap_ns
    return 0


def judge(event, vm, generation, disruptions):
    """The verdict on an event; returns the guest's account of it."""
    said, rows = vm.report()
    gap_ns = int(said["gap_ns"])
    print(f"# {event}: cause {said['cause']}, generation {said['generation']}, gap "
          f"{gap_ns} ns, {said['disruptions']} disruptions, {said['resyncs']} resyncs")
    print(f"# {'event':10}{'clock':15}{'reader':9}{'reads':>7}{'wrong':>7}"
          f"{'worst/ns':>10}{'for/ns':>9}{'jump/ns':>13}{'back':>6}")
    for clock, reader, reads, wrong, worst, until, low, high, back in rows:
        print(f"# {event:10}{clock:15}{reader:9}{reads:>7}{wrong:>7}{worst:>10}"
              f"{until:>9}{low:>13}{back:>6}")
        want = expected_jump(event, clock, gap_ns)
        slack = JUMP_TOLERANCE_NS + (500000000 if reader == "kernel" else 0)
        result(int(reads) > 100 and (abs(int(worst)) < GUESS_NS or
               reader == "kernel" and int(until) < TICKS_NS),
               f"{event}: {clock} by {reader} is right from the first read on",
               f"{wrong} of {reads} readings, for {until} ns, by up to {worst} ns")
        result(int(low) - slack <= want <= int(high) + slack and back == "0",
               f"{event}: {clock} by {reader} jumps as it should",
               f"by {low} to {high} ns, not {want}; {back} times back")
    new = event in ("restore", "clone")
    result(said["cause"] == CAUSES[event] and
           (said["generation"] != generation) == new and
           int(said["disruptions"]) == disruptions + 1,
           f"{event}: told as such, once",
           f"cause {said['cause']}, generation {said['generation']}, was "
           f"{generation}, {said['disruptions']} disruptions")
    return said


def stop_and_cont(vm):
    ctl("stop", vm.name)
    time.sleep(GAP_S)
    ctl("cont", vm.name)


def live_migration(machines, said):
    source = machines[-1]
    path = f"{WORK}/live"
    there = destination(source, "moved", f"unix:{path}")
    machines.append(there)
    wait_for("moved: incoming", lambda: os.path.exists(path))
    source.migrate(f"unix:{path}")
    wait_for("source: stopped", lambda: source.status()["state"] == "stopped")
    go_on(there, "migration", ctl("handover", source.name))
    judge("migration", there, said["generation"], int(said["disruptions"]))


def ran_on(vm):
    """A process that is stopped does not stop its guest's counter."""
    wait_for("first readings", lambda: "reading" in vm.text())
    status = vm.status()
    ctl("attach", vm.name, "--tsc-offset", str(status["tsc_offset"]))
    os.kill(vm.pid, signal.SIGSTOP)
    try:
        ctl("stop", vm.name)
        time.sleep(GAP_S)
        ctl("cont", vm.name)
    finally:
        os.kill(vm.pid, signal.SIGCONT)
    judge("stop", vm, str(status["generation"]), 0)


def let_end(vm):
    """It ends after its third event; being saved and going on is the second."""
    ctl("cont", vm.name)
    vm.report()
    stop_and_cont(vm)


def main():
    first = Machine(os.environ["HOSTCLOCK_GUEST"], int(os.environ["QEMU_PID"]),
                    os.environ["QMP_SOCKET"], OUTPUT)
    saved = f"{WORK}/saved"
    machines = []
    if sys.argv[4:] == ["ran-on"]:
        ran_on(first)
        return failed
    try:
        wait_for("first readings", lambda: "reading" in first.text())
        generation = str(first.status()["generation"])
        stop_and_cont(first)
        said = judge("stop", first, generation, 0)

        first.migrate(f"exec:cat > {saved}")
        wait_for("saved: stopped", lambda: first.status()["state"] == "stopped")
        state = ctl("handover", first.name)
        time.sleep(GAP_S)
        for name, event in (("restored", "restore"), ("twin", "clone")):
            vm = destination(first, name, f"exec:cat {saved}")
            machines.append(vm)
            go_on(vm, event, state)
            came = judge(event, vm, said["generation"], int(said["disruptions"]))
        live_migration(machines, came)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        result(False, "all events can be brought about", repr(error))
    finally:
        for vm in machines:
            vm.process.kill()
            vm.process.wait()
        let_end(first)
    return failed


sys.exit(main())
