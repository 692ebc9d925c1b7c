# SPDX-License-Identifier: GPL-2.0
"""VMs, their monitors and their exporter: what tests on the host's side need."""

import json
import os
import re
import shutil
import socket
import subprocess

from waiting import LIMIT_S, is_listening, wait_for


class Control:
    """hostclockctl, and whose exporter it controls."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory

    def __call__(self, *words, stdin=None):
        done = subprocess.run([self.program, "--dir", self.directory, *words],
                              input=stdin, capture_output=True, text=True,
                              timeout=LIMIT_S, check=False)
        if done.returncode:
            raise RuntimeError(f"hostclockctl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def status(self):
        return json.loads(self("status", "--json"))


class Machine:
    """A VM, its QEMU, and its name at the exporter."""

    def __init__(self, ctl, name, pid, qmp):
        self.ctl, self.name, self.pid, self.qmp = ctl, name, pid, qmp
        self.process = None

    @classmethod
    def of_guest_run(cls, ctl):
        """The one whose guest-run started this with --host-cmd"""
        return cls(ctl, os.environ["HOSTCLOCK_GUEST"], int(os.environ["QEMU_PID"]),
                   os.environ["QMP_SOCKET"])

    def listens(self):
        """Its monitor. The socket's file is there a moment earlier."""
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(self.qmp) == 0

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
        wait_for("source: stopped", lambda: self.status()["state"] == "stopped")

    def status(self):
        return next(vm for vm in self.ctl.status()["vms"] if vm["name"] == self.name)

    def end(self):
        """Of a destination(). Its kernel log is judged as those of guest-run's."""
        self.process.kill()
        self.process.wait()
        logs = os.environ.get("GUEST_RUN_CONSOLE_DIR")
        if logs:
            shutil.copy(os.path.join(os.path.dirname(self.qmp), "console"),
                        f"{logs}/{self.name}.console")

    def go_on(self, cause, state):
        """A destination(), once all has arrived; state is from `handover`."""
        wait_for(f"{self.name}: incoming", lambda: self.monitor("query-status")["status"]
                 in ("paused", "prelaunch", "postmigrate"))
        self.ctl("takeover", self.name, stdin=state)
        self.ctl("attach", self.name, "--pid", str(self.pid), "--qmp", self.qmp,
                 "--cause", cause)
        self.ctl("cont", self.name)

    def live_migrate(self, there, path):
        """To a destination() that listens at that path"""
        wait_for(f"{there.name}: incoming", lambda: is_listening(path))
        self.migrate(f"unix:{path}")
        there.go_on("migration", self.ctl("handover", self.name))


def own_memory(word, home, theirs, ours):
    """A file's, that the guest maps: its page, or something like it. The host's stay."""
    name, size = re.match(r"memory-backend-file,id=(\w+),.*size=(\d+)", word).groups()
    path = ours
    if f"mem-path={theirs}," not in word:
        if "readonly=on" in word:
            return word
        path = f"{home}/{name}"
        with open(path, "wb") as f:
            f.truncate(int(size))
    return re.sub(r"mem-path=[^,]*", f"mem-path={path}", word)


def own_word(word, home, theirs, ours):
    """A word of a QEMU's command line, for one with files of its own"""
    if word.startswith("memory-backend-file,"):
        return own_memory(word, home, theirs, ours)
    word = re.sub(r"^(socket,id=doorbell,path=.*/).*", rf"\1{os.path.basename(ours)}",
                  word)
    word = re.sub(r"^(?:pipe|file),id=(\w+),.*", rf"file,id=\1,path={home}/\1", word)
    word = re.sub(r"^file:.*", f"file:{home}/console", word)
    return re.sub(r"^unix:[^,]*/", f"unix:{home}/", word)


def destination(source, work, name, uri, *options):
    """
    The same machine with files of its own, in work/name, waiting for what it is to
    be. Options are for `create`.
    """
    home = os.path.join(work, name)
    os.mkdir(home)
    with open(f"/proc/{source.pid}/cmdline", encoding="utf-8") as f:
        words = f.read().split("\0")[:-1]
    private = [] if any("id=clock," in word for word in words) else ["--private"]
    ours = source.ctl("create", name, *private, *options).split()[0]
    theirs = os.path.join(os.path.dirname(ours), source.name)
    if "-incoming" in words:
        del words[words.index("-S"):]
    words = [own_word(word, home, theirs, ours) for word in words]
    vm = Machine(source.ctl, name, 0, f"{home}/qmp")
    with open(f"{home}/log", "w", encoding="utf-8") as log:
        vm.process = subprocess.Popen([*words, "-S", "-incoming", uri],
                                      stdout=log, stderr=log)
    vm.pid = vm.process.pid
    wait_for(f"{name}: monitor", vm.listens)
    return vm
