# SPDX-License-Identifier: GPL-2.0
"""Attacks on hostclockd: an exporter with sanitizers, a second VM whose clock is
watched, hostile peers, and rows of attacks.

    rows = [Row("name", attack, exchanges)]
    main(rows)

attack(host, rng) makes one hostile exchange, with random choices from rng only, and
raises Wrong if something is wrong; host is a Host, on which everything that a row needs
can be made in Row.setup(host). After a row (and meanwhile) the second VM must not have
noticed anything; see Host.judge().

Each exchange has a seed of its own, "SEED:NUMBER". A failure prints it, and
ATTACK_SEED=SEED:NUMBER makes just that one. ATTACK_EXCHANGES=N makes about N exchanges
of those kinds of which a thousand or more are made otherwise, and ten times as many of the
others; ATTACK_ROW=NAME has one row only.
"""

import array
import ctypes
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("O", os.path.join(TOP, "build"))
ATTACKED = os.path.join(BUILD, "testing/attacks/bin")
CTL = os.path.join(BUILD, "bin/hostclockctl")
GAP_MS = 300
ANSWER_S = 20
QUICK_S = 0.3
# For the next poll of a VM
SETTLE_S = 1
# All kinds together, in make check and in make check-full
CHECK_EXCHANGES = 10500
FULL_EXCHANGES = 1000000
# What the supervisor says of a child that it has to replace
RESTARTED = re.compile(r"^.*another one is started.*$", re.M)
REPORT = re.compile(r"ERROR: \w+Sanitizer|runtime error:|DEADLYSIGNAL|LeakSanitizer")
GOOD_UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


class Wrong(Exception):
    """What an attack has done that it must not."""


LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def ends_with_us():
    """Before exec: nothing is left running, however this ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def fifo(priority=1):
    """Before exec: what measures time must not wait for this test's other processes."""
    ends_with_us()
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        pass


class Watch:
    """The C program that looks at the clock and the second VM's page."""

    def __init__(self, directory, vm):
        self.process = subprocess.Popen(
            [os.path.join(ATTACKED, "watch"), directory, vm], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, preexec_fn=lambda: fifo(2))
        line = self.process.stdout.readline()
        if line != "watching\n":
            raise Wrong("the watcher: " + line)

    def end(self):
        """Its last line as a dictionary, and the lines before."""
        out = self.process.communicate()[0].splitlines()
        words = out[-1].split() if out else []
        return dict(zip(words[::2], map(int, words[1::2]))), out[:-1]


class Host:
    """An exporter in a directory of its own, and a second VM that nobody attacks."""

    def __init__(self, options=(), sanitized=True, environment=None, before_exec=None, restarts=False):
        # As /run is: a disk that others use would have hostclockd wait for it.
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.root = tempfile.mkdtemp(prefix="hostclock-attack.", dir=memory)
        os.chmod(self.root, 0o755)
        self.dir = os.path.join(self.root, "export")
        self.kvm = os.path.join(self.root, "kvm")
        self.log = os.path.join(self.root, "log")
        os.mkdir(self.kvm)
        self.options, self.sanitized = list(options), sanitized
        self.environment, self.before_exec = environment or {}, before_exec
        self.restarts = restarts
        self.daemon, self.watch, self.children = None, None, []
        self.control = None
        self.start()
        self.second_vm()

    def program(self):
        sim = any(o.startswith("--sim") or o == "--faults" for o in self.options)
        name = "hostclockd-sim" if sim else "hostclockd"
        return os.path.join(ATTACKED if self.sanitized else os.path.join(BUILD, "bin"), name)

    def start(self, seconds=30):
        env = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1", **self.environment)
        env.setdefault("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0")
        def prepare():
            if self.before_exec:
                self.before_exec()
            fifo()
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [self.program(), "--dir", self.dir, "--kvm-debugfs", self.kvm, *self.options],
                stdout=subprocess.PIPE, stderr=log, env=env, preexec_fn=prepare)
        ready = select.select([self.daemon.stdout], [], [], seconds)[0]
        if not ready or not self.daemon.stdout.readline().startswith(b"hostclockd: ready"):
            raise Wrong("hostclockd does not start: " + self.tail())

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Its exit status; None if it had to be killed."""
        self.hang_up()
        self.daemon.send_signal(how)
        try:
            return self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            return None

    def processes(self):
        """The exporter's, children included."""
        found, all_of_them = [self.daemon.pid], {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", "rb") as f:
                    all_of_them[int(pid)] = int(f.read().rpartition(b")")[2].split()[1])
            except OSError:
                pass
        for parent in found:
            found += [pid for pid, its in all_of_them.items() if its == parent]
        return found

    def tail(self):
        with open(self.log, errors="replace") as log:
            return " | ".join(log.read().splitlines()[-12:])

    def hang_up(self):
        if self.control:
            self.control.close()
        self.control = None

    def connect(self, control):
        """Others may be in the queue."""
        for _ in range(1000):
            try:
                control.connect(os.path.join(self.dir, "control"))
                return
            except BlockingIOError:
                time.sleep(0.01)
        raise Wrong("the control socket's queue stays full")

    def ask(self, seconds=ANSWER_S, **request):
        """One request on the control socket, which stays open."""
        if not self.control:
            self.control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.connect(self.control)
        self.control.settimeout(seconds)
        try:
            self.control.send(json.dumps(request).encode())
            answer = self.control.recv(1 << 20)
        except OSError as error:
            self.hang_up()
            raise Wrong(f"no answer to {request}: {error}: {self.tail()}") from error
        if not answer:
            self.hang_up()
            raise Wrong(f"no answer to {request}: {self.tail()}")
        return json.loads(answer)

    def ask_apart(self, seconds=ANSWER_S, **request):
        """The same on a connection of its own, for threads."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.settimeout(seconds)
            answer = b""
            try:
                self.connect(control)
                control.send(json.dumps(request).encode())
                answer = control.recv(1 << 20)
            except TimeoutError:
                pass
        if not answer:
            raise Wrong(f"no answer to {request} within {seconds} s: {self.tail()}")
        return json.loads(answer)

    def timed(self, request, pipe):
        """In a child: ask, and say what came and after how long."""
        began = time.monotonic()
        try:
            said = {"answer": self.ask_apart(**request), "took": time.monotonic() - began}
        except (Wrong, OSError) as why:
            said = {"wrong": f"{why}"}
        with os.fdopen(pipe, "w") as f:
            json.dump(said, f)

    def quick(self, **request):
        """What nobody's trouble may delay.  A child asks: two dozen threads of ours, which take
        turns, delay whoever waits for an answer among them more than hostclockd does."""
        ours, its = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                self.timed(request, its)
            finally:
                os._exit(0)
        os.close(its)
        with os.fdopen(ours) as f:
            said = json.loads(f.read() or '{"wrong": "who should have asked has died"}')
        os.waitpid(pid, 0)
        if "wrong" in said:
            raise Wrong(said["wrong"])
        if said["took"] > QUICK_S:
            raise Wrong(f"{request} took {said['took']:.2f} s")
        return said["answer"]

    def must(self, **request):
        answer = self.ask(**request)
        if not answer["ok"]:
            raise Wrong(f"{request}: {answer['error']}")
        return answer

    def ctl(self, *words, seconds=ANSWER_S):
        return subprocess.run([CTL, "--dir", self.dir, *words], capture_output=True,
                              text=True, timeout=seconds, check=False)

    def vms(self):
        """All VMs' status by name."""
        found, after = {}, None
        while True:
            answer = self.must(command="status", **({"after": after} if after else {}))
            found.update((vm["name"], vm) for vm in answer["vms"])
            after = answer.get("more")
            if not after:
                return found

    def process(self):
        """Some process, whose monitors are not this one's."""
        child = subprocess.Popen(["sleep", "100000"], preexec_fn=ends_with_us)
        self.children.append(child)
        return child.pid

    def kvm_vm(self, pid, offset=-12345, cpus=1):
        """KVM's files of it."""
        for cpu in range(cpus):
            place = os.path.join(self.kvm, f"{pid}-11/vcpu{cpu}")
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, "tsc-offset"), "w") as f:
                f.write(f"{offset}\n")

    def second_vm(self):
        path = os.path.join(self.root, "second-qmp")
        child = subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), path],
                                 stdout=subprocess.PIPE, preexec_fn=ends_with_us)
        self.children.append(child)
        child.stdout.readline()
        self.kvm_vm(child.pid, -777777777)
        self.must(command="create", name="second")
        self.must(command="attach", name="second", pid=child.pid, qmp=path)
        self.held = self.second_state()
        if self.held["state"] != "running":
            raise Wrong(f"the second VM is {self.held['state']}")
        self.watch = Watch(self.dir, "second")

    def second_state(self):
        vm = self.vms()["second"]
        return {key: vm[key] for key in ("state", "method", "pid", "tsc_offset", "epoch", "problem")
                if key in vm}

    def replaced(self):
        """Which of the exporter's processes did not live, in words; helpers are none of them."""
        with open(self.log, errors="replace") as log:
            said = RESTARTED.findall(log.read())
        status = self.must(command="status")
        return said + [f"{process['role']}: {process['restarts']} restarts"
                       for process in status.get("processes", ()) if process["restarts"]]

    def judge(self, gap_ms=GAP_MS):
        """Ends the watching. What it saw, in words, or Wrong."""
        saw, lines = self.watch.end()
        self.watch = None
        if self.daemon.poll() is not None:
            raise Wrong(f"hostclockd has ended ({self.daemon.returncode}): {self.tail()}")
        with open(self.log, errors="replace") as log:
            report = REPORT.search(log.read())
        if report:
            raise Wrong("sanitizer: " + self.tail())
        replaced = [] if self.restarts else self.replaced()
        now, end = self.second_state(), time.monotonic() + SETTLE_S
        while now != self.held and time.monotonic() < end:
            time.sleep(0.05)
            now = self.second_state()
        for bad, why in ((not saw, "the watcher ended"),
                         (saw.get("gap_ms", 0) > gap_ms, f"no update for {saw.get('gap_ms')} ms"),
                         (replaced, f"processes of hostclockd did not live: {replaced}"),
                         (saw.get("wrong"), f"wrong readings: {lines[:1]}"),
                         (saw.get("guest"), "the second VM's page changed"),
                         (now != self.held, f"the second VM: {now}, was {self.held}")):
            if bad:
                raise Wrong(why)
        return f"{saw['updates']} updates, largest gap {saw['gap_ms']} ms, {saw['reads']} reads"

    def watch_again(self):
        if not self.watch:
            self.watch = Watch(self.dir, "second")

    def end(self):
        if self.watch:
            self.watch.process.kill()
            self.watch.process.communicate()
        if self.daemon and self.daemon.poll() is None:
            self.stop()
        for child in self.children:
            child.kill()
            child.wait()
        shutil.rmtree(self.root, ignore_errors=True)


class Peer(threading.Thread):
    """A listening socket; serve(connection) in a thread for each that connects."""

    def __init__(self, path, serve, backlog=64):
        super().__init__(daemon=True)
        self.path = path
        if os.path.lexists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(backlog)
        self.serve, self.ended = serve, False
        self.start()

    def run(self):
        while not self.ended:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection):
        try:
            with connection:
                self.serve(connection)
        except OSError:
            pass

    def end(self):
        self.ended = True
        # close() alone does not wake accept()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join()
        os.unlink(self.path)


class Monitor(Peer):
    """A QMP socket with good manners, but for the answers given."""

    def __init__(self, path, answers=None, greeting=b'{"QMP":{}}\r\n'):
        self.answers, self.greeting = answers or {}, greeting
        super().__init__(path, self.talk)

    def talk(self, connection):
        good = {"query-status": b'{"return":{"status":"running","running":true}}\r\n',
                "query-uuid": b'{"return":{"UUID":"' + GOOD_UUID.encode() + b'"}}\r\n'}
        connection.sendall(self.greeting)
        text = b""
        while True:
            data = connection.recv(4096)
            if not data:
                return
            text += data
            while b"\n" in text:
                line, _, text = text.partition(b"\n")
                command = json.loads(line)["execute"]
                answer = self.answers.get(command, good.get(command, b'{"return":{}}\r\n'))
                connection.sendall(answer(command) if callable(answer) else answer)


class Bell:
    """A QEMU's end of a doorbell: the page's descriptor and the eventfd's."""

    def __init__(self, directory, vm, seconds=ANSWER_S):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(os.path.join(directory, "doorbell", vm))
        found = []
        for _ in range(4):
            control = self.socket.recvmsg(8, socket.CMSG_SPACE(4))[1]
            fds = array.array("i")
            for _, _, data in control:
                fds.frombytes(data)
            found.append(fds[0] if fds else None)
        self.page, self.event = found[2:]
        if self.event is None:
            self.socket.close()
            raise ConnectionError("no doorbell")

    def close(self):
        os.close(self.page)
        os.close(self.event)
        self.socket.close()


class Row:
    """A kind of attack.

    exchanges: how often in `make check`; options, environment: the exporter's; gap_ms:
    None for what ends the exporter on purpose, and judges by itself; restarts: its processes
    may have to be replaced.
    """

    def __init__(self, name, attack, exchanges=1, options=(), setup=None, teardown=None,
                 environment=None, before_exec=None, sanitized=True, restarts=False):
        self.name, self.attack, self.exchanges = name, attack, exchanges
        self.setup, self.teardown = setup, teardown
        self.host = {"options": options, "environment": environment,
                     "before_exec": before_exec, "sanitized": sanitized, "restarts": restarts}

    def run(self, seed, numbers):
        """The result's text, or Wrong with the seed."""
        host, number, began = None, None, time.monotonic()
        try:
            host = Host(**self.host)
            if self.setup:
                self.setup(host)
            for number in numbers:
                self.attack(host, random.Random(f"{seed}:{number}"))
                if host.daemon.poll() is not None:
                    raise Wrong(f"hostclockd has ended ({host.daemon.returncode}): {host.tail()}")
            if self.teardown:
                self.teardown(host)
            text = host.judge()
            return f"{len(numbers)} exchanges in {time.monotonic() - began:.0f} s, {text}"
        except (Wrong, OSError, subprocess.SubprocessError) as why:
            raise Wrong(f"{why} (ATTACK_ROW='{self.name}' ATTACK_SEED={seed}:{number} again)") from why
        finally:
            if host:
                host.end()


def main(rows):
    seed, _, number = os.environ.get("ATTACK_SEED", "").partition(":")
    seed = seed or str(random.randrange(1 << 32))
    wanted = os.environ.get("ATTACK_ROW")
    exchanges = FULL_EXCHANGES if os.environ.get("HOSTCLOCK_FULL") else CHECK_EXCHANGES
    scale = float(os.environ.get("ATTACK_EXCHANGES", exchanges)) / CHECK_EXCHANGES
    print(f"# ATTACK_SEED={seed}", flush=True)
    failed = False
    for row in rows:
        if wanted and row.name != wanted:
            continue
        count = round(row.exchanges * (scale if row.exchanges >= 1000 else min(scale, 10))) or 1
        numbers = [int(number)] if number.isdigit() else range(count)
        try:
            print(f"ok - {row.name}: {row.run(seed, numbers)}", flush=True)
        except Wrong as why:
            print(f"not ok - {row.name}: {why}", flush=True)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    Monitor(sys.argv[1])
    print("ready", flush=True)
    signal.pause()
