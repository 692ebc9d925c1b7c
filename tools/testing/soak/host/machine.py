# SPDX-License-Identifier: GPL-2.0
"""A guest that lives in one QEMU after another, and the watcher in it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess

from exporter import LIMIT_S, wait_for

MEMORY_MIB = 128


class Monitor:
    """A QEMU's monitor; a connection for each command, since others need it too."""

    def __init__(self, path):
        self.path = path

    def __call__(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(LIMIT_S)
            wait_for(f"{self.path}: connection", lambda: self.connect(s))
            with s.makefile("rw") as lines:
                lines.readline()
                self.run(lines, "qmp_capabilities", {})
                return self.run(lines, command, arguments)

    def connect(self, s):
        try:
            s.connect(self.path)
        except (BlockingIOError, ConnectionRefusedError):
            # others are in line, or it does not listen yet
            return False
        return True

    @staticmethod
    def run(lines, command, arguments):
        lines.write(json.dumps({"execute": command, "arguments": arguments}))
        lines.flush()
        for line in lines:
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise RuntimeError(f"{command}: the monitor went away")


class Guest:
    """
    One guest. It is booted by guest-run, whose QEMU is its first; the others are
    made from what that was started with.
    """

    def __init__(self, exporter, work, label):
        self.exporter, self.label = exporter, label
        self.home = os.path.join(work, label)
        self.console = os.path.join(
            os.environ.get("GUEST_RUN_CONSOLE_DIR", work), f"soak-{label}.console")
        self.name, self.process, self.pid, self.words = None, None, 0, []
        self.monitor, self.input, self.output, self.position = None, -1, None, 0
        self.moves, self.asked = 0, 0
        self.rest, self.violations, self.pongs = "", [], {}
        self.expected = 0		# disruptions
        os.mkdir(self.home)

    def boot(self, top, cpus, seed):
        """By guest-run, until it watches."""
        self.output = f"{self.home}/out.0"
        info = f"{self.home}/info"
        tell = f"echo $HOSTCLOCK_GUEST $QEMU_PID $QMP_SOCKET >{info}.new; mv {info}.new {info}"
        with open(self.output, "w", encoding="utf-8") as out, \
                open(f"{self.home}/guest-run.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [f"{top}/tools/guest-run", "--dir", self.exporter.directory, "--cpus",
                 str(cpus), "--memory", str(MEMORY_MIB), "--transport", "private",
                 "--timeout", "86400", "--accel", "tcg", "--host-cmd", tell,
                 "--add", f"{os.environ['SOAK_BUILD']}/bin/guest/soakwatch",
                 "--", "/soakwatch", str(seed)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=log)
        wait_for(f"{self.label}: boot", lambda: os.path.exists(info) or
                 self.process.poll() is not None)
        with open(info, encoding="ascii") as f:
            self.name, pid, qmp = f.read().split()
        self.pid, self.monitor = int(pid), Monitor(qmp)
        self.input = os.open(os.path.dirname(qmp) + "/out.in", os.O_RDWR | os.O_NONBLOCK)
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as f:
            self.words = f.read().split("\0")[:-1]
        self.keep_initramfs()
        wait_for(f"{self.label}: watching", self.is_watching)

    def keep_initramfs(self):
        """guest-run's files go with it."""
        at = self.words.index("-initrd") + 1
        shutil.copy(self.words[at], f"{self.home}/initramfs")
        self.words[at] = f"{self.home}/initramfs"

    def is_watching(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.label}: ended, see {self.home}")
        return "watching" in self.lines()

    def lines(self):
        """What the watcher has said since; answers and violations are kept."""
        with open(self.output, encoding="ascii", errors="replace") as f:
            f.seek(self.position)
            text = f.read()
            self.position = f.tell()
        *lines, self.rest = (self.rest + text.replace("\r", "")).split("\n")
        for line in lines:
            words = line.split()
            if line.startswith("violation "):
                self.violations.append(line[len("violation "):])
            elif words[:1] == ["pong"]:
                self.pongs[int(words[1])] = dict(zip(words[2::2], words[3::2]))
        return lines

    def ask(self, *words):
        """Has the watcher do something; returns its answer."""
        self.asked += 1
        number = self.asked
        os.write(self.input, f"{number} {' '.join(words)}\n".encode())

        def answered():
            self.lines()
            return self.pongs.pop(number, None)

        return wait_for(f"{self.label}: answer to {words[0]}", answered)

    def status(self):
        return next(vm for vm in self.exporter.status()["vms"] if vm["name"] == self.name)

    def migrate(self, uri):
        """Out of the present QEMU, which stops; returns where its clocks stood."""
        self.monitor("migrate", uri=uri)

        def completed():
            state = self.monitor("query-migrate").get("status")
            if state == "failed":
                raise RuntimeError(f"{self.label}: migration failed")
            return state == "completed"

        wait_for(f"{self.label}: migration", completed)
        wait_for(f"{self.label}: stopped", lambda: self.status()["state"] == "stopped")
        return self.exporter.ctl("handover", self.name)

    def word_for(self, word, home, page):
        word = re.sub(r"^pipe,id=(\w+),.*", rf"pipe,id=\1,path={home}/\1", word)
        word = re.sub(r"^file:.*", "chardev:console", word)
        word = re.sub(r"mem-path=[^,]*", f"mem-path={page}", word)
        return re.sub(r"^unix:[^,]*", f"unix:{home}/qmp", word)

    def next_machine(self, uri):
        """A QEMU that waits for the guest."""
        self.moves += 1
        there = Machine(self, f"{self.label}.{self.moves}")
        page = self.exporter.ctl("create", there.name, "--private").strip()
        words = [self.word_for(word, there.home, page) for word in self.words]
        words += ["-chardev", f"file,id=console,path={self.console},append=on",
                  "-S", "-incoming", uri]
        cpus = os.sched_getaffinity(self.pid)
        with open(f"{there.home}/log", "w", encoding="utf-8") as log:
            there.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        there.wait_until_listening()
        return there

    def go_on_in(self, there, cause, state):
        """All has left; the QEMU where it was ends."""
        there.take(cause, state)
        self.lines()
        os.close(self.input)
        self.leave()
        self.name, self.process, self.pid = there.name, there.process, there.process.pid
        self.monitor, self.input = there.monitor, there.input
        self.output, self.position = f"{there.home}/out.out", 0

    def leave(self):
        """Its QEMU ends."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not self.name:
            return
        self.exporter.ctl("remove", self.name, may_fail=True)
        old = os.path.join(self.home, self.name)
        if os.path.isdir(old):
            shutil.rmtree(old)


class Machine:
    """A QEMU that a guest is about to arrive in."""

    def __init__(self, guest, name):
        self.exporter, self.name = guest.exporter, name
        self.home = os.path.join(guest.home, name)
        os.mkdir(self.home)
        for port in ("out", "err", "status"):
            os.mkfifo(f"{self.home}/{port}.in")
            with open(f"{self.home}/{port}.out", "wb"):
                pass
        self.input = os.open(f"{self.home}/out.in", os.O_RDWR | os.O_NONBLOCK)
        self.monitor = Monitor(f"{self.home}/qmp")
        self.process = None

    def wait_until_listening(self):
        def listening():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name}: QEMU ended, see {self.home}/log")
            return os.path.exists(self.monitor.path)

        wait_for(f"{self.name}: monitor", listening)

    def take(self, cause, state):
        wait_for(f"{self.name}: incoming", lambda: self.monitor("query-status")["status"]
                 in ("paused", "prelaunch", "postmigrate"))
        self.exporter.ctl("takeover", self.name, stdin=state)
        self.exporter.ctl("attach", self.name, "--pid", str(self.process.pid),
                          "--qmp", self.monitor.path, "--cause", cause,
                          "--wait", str(LIMIT_S))
        self.exporter.control_vm("cont", self.name)
