# SPDX-License-Identifier: GPL-2.0
"""The pages' devices are taken from a guest that reads its clocks, and given back.

Run by guest-run's --host-cmd, while `faults` runs in the guest.
"""

import os
import sys

import broken
from broken import Guest, Monitor, judge_calm, judge_recovery, result, wait_for

# guest-run's name for the memory that is not the pages'
MAILBOX = "shm"
DEVICES = "/machine/peripheral-anon"
IVSHMEM = 0x1110
MEMORY_BAR = 2
NOTHING = {0, 0xffffffffffffffff}
# A process finds so many replacements in the vDSO: tried with one more, which must be
# right, too.
SLOTS = 4


class Bus:
    """The machine's devices with pages, by the name of their memory."""

    def __init__(self, monitor):
        self.monitor = monitor
        self.at = {}
        for entry in monitor("qom-list", path=DEVICES):
            path = f"{DEVICES}/{entry['name']}"
            if entry["type"] != "child<ivshmem-plain>":
                continue
            memory = monitor("qom-get", path=path, property="memdev")
            self.at[memory.rpartition("/")[2]] = path
        self.added = 0

    def addresses(self):
        """Where the guest sees the devices' memory."""
        return {region["address"] for bus in self.monitor("query-pci")
                for device in bus["devices"] if device["id"]["device"] == IVSHMEM
                for region in device["regions"]
                if region["bar"] == MEMORY_BAR and 0 < region["address"] < 1 << 63}

    def there(self, memory):
        parent, _, name = self.at[memory].rpartition("/")
        return any(entry["name"] == name for entry in self.monitor("qom-list", path=parent))

    def remove(self, memories):
        for memory in memories:
            self.monitor("device_del", id=self.at[memory])
        for memory in memories:
            wait_for(f"{memory}'s end", lambda name=memory: not self.there(name))

    def add(self, memories):
        """With memory of another name from the same file: QEMU 7.2 does not give a
        name back when a device goes away."""
        for memory in memories:
            name = f"{memory}-{self.added}"
            self.added += 1
            old = {key: self.monitor("qom-get", path=f"/objects/{memory}", property=key)
                   for key in ("mem-path", "size", "share", "readonly")}
            self.monitor("object-add", **{"qom-type": "memory-backend-file", "id": name, **old})
            self.monitor("device_add", driver="ivshmem-plain", memdev=name, id=f"device-{name}",
                         master=not old["readonly"])
            self.at[memory] = f"/machine/peripheral/device-{name}"


def away(row, guest):
    """Without pages: another clocksource, unsynchronised, and everybody told."""
    seen = guest.wait_for_report(f"{row}: told", lambda r: r["unsynced_now"] and
                                 not r["kernel_clocksource"].startswith("hostclock"))
    result(True, f"{row}: another clocksource ({seen['kernel_clocksource']}), unsynchronised", "")


def judge_files(row, guest):
    """The driver removes its device after its clocksource."""
    try:
        seen = guest.wait_for_report("both", lambda r: r["hangups"] > 0 and r["removed"] > 0)
    except RuntimeError:
        seen = guest.report()
    result(seen["hangups"] > 0 and seen["removed"] > 0, f"{row}: POLLHUP and a uevent tell",
           f"{seen['hangups']} hang-ups, {seen['removed']} removals")
    touched = guest.ask("touch")["touch"]
    result(touched == "bus error", f"{row}: what was mapped raises SIGBUS", touched)


def back(row, guest):
    try:
        wait_for("clocksource hostclock", lambda:
                 guest.report()["kernel_clocksource"] == "hostclock")
    except RuntimeError as why:
        result(False, f"{row}: followed again", why)
        return
    judge_recovery(f"{row}, and given back", guest)
    judge_calm(row, guest)


class Addresses:
    """A process keeps what the vDSO mapped: nothing else must ever be there."""

    def __init__(self, bus):
        self.bus = bus
        self.gone = set()
        self.times = 0

    def judge_gone(self, row, guest, before):
        left = before - self.bus.addresses()
        self.gone |= left
        result(left, f"{row}: an address is left", "all are as before")
        found = {hex(at): guest.ask(f"peek {at}").get("peek") for at in left}
        result(all(value in NOTHING for value in found.values()),
               f"{row}: ones or zeroes are read there", found)
        print(f"# {row}: {found}")

    def judge_new(self, row, guest):
        again = self.gone & self.bus.addresses()
        result(not again, f"{row}: no device gets an address that another had",
               ", ".join(hex(address) for address in again))
        self.times += 1
        vdso = guest.ask("vdso")["vdso"]
        if self.times < SLOTS or not self.gone:
            result(vdso == 1, f"{row}: read without a system call again, by a process that "
                   "was there before", "it was killed at one")
        print(f"# {row}: {'no system call' if vdso else 'by system call'} after "
              f"{self.times} replacements")


def unplug(row, guest, addresses, take, give):
    guest.ask("map")
    guest.arm()
    before = addresses.bus.addresses()
    take()
    away(row, guest)
    judge_files(row, guest)
    judge_calm(f"{row}, meanwhile", guest)
    if not row.endswith("sysfs"):
        addresses.judge_gone(row, guest, before)
    give()
    back(row, guest)
    addresses.judge_new(row, guest)


def rows(guest, bus):
    addresses = Addresses(bus)
    memories = [memory for memory in bus.at if memory != MAILBOX]
    groups = [[memory] for memory in memories] + [memories] * (len(memories) > 1)
    for group in groups:
        unplug(f"{' and '.join(group)} unplugged", guest, addresses,
               lambda gone=group: bus.remove(gone), lambda gone=group: bus.add(gone))
    # virtio-pmem devices cannot be unplugged otherwise.
    for turn in range(1 if memories else SLOTS + 1):
        unplug(f"removed {turn + 1} by sysfs", guest, addresses,
               lambda: guest.ask("remove"), lambda: guest.ask("rescan"))
    if not memories:
        return
    for turn in range(SLOTS):
        unplug(f"all unplugged, {turn + 1}", guest, addresses, lambda: bus.remove(memories),
               lambda: bus.add(memories))


def main():
    guest = Guest(os.environ["GUEST_RUN_SHM"])
    try:
        rows(guest, Bus(Monitor(os.environ["QMP_SOCKET"])))
    except RuntimeError as why:
        result(False, "unplugging", why)
    finally:
        guest.ask("quit")
    return broken.failed


sys.exit(main())
