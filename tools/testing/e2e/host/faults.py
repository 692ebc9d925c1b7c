# SPDX-License-Identifier: GPL-2.0
"""Every fault that an exporter can have, while a guest reads its clocks.

Run by guest-run's --host-cmd, while `faults` runs in the guest.
argv: hostclockd's and hostclockctl's directory, a pidfile, the ABI header, a seed, and
which groups of rows.
"""

import os
import random
import signal
import sys
import time

from broken import (Abi, Bench, Exporter, Guest, Page, advanced, fit, judge_calm,
                    judge_recovery, judge_truth, result, wait_for)
import broken

VALID_S = 2
# The driver's default.
MAX_SLEW_PPM = 2000
KILLS = 100
# More than there are stores in an update of a page.
MAX_KILLS = 100
# How often a page is looked at while it is valid, before the machine is too busy for that.
MAX_TRIES = 10
EPOCHS = 1000
UNITS = 200
# Jumps of a page are taken for slews up to that, see hostclock.rst, "How fast a page may
# make time run": 1 us and 4000 ppm of a tick, for one that comes 50 ms late.
UNITS_BACK_NS = 1000 + 50000000 * 4000 // 1000000
# The guest page's clock_format
UNSCALED, SCALED, UNKNOWN = 0, 1, 127


def undisturbed(row, bench, before):
    after = bench.identity()
    result(before == after, f"{row}: the same epochs, nothing to follow",
           f"epochs, resyncs, disruptions {after}, were {before}")


def survived(row, bench, before):
    """A fault that the guest need not notice at all."""
    seen = bench.guest.report()
    judge_calm(row, seen)
    judge_truth(row, seen)
    undisturbed(row, bench, before)
    judge_recovery(row, bench.guest)


def kill_at_random(bench):
    row = f"killed {KILLS} times"
    before = bench.identity()
    bench.arm()
    for _ in range(KILLS):
        if bench.exporter.gone():
            # killed while it starts, too
            bench.exporter.start(wait=random.random() < 0.7)
        time.sleep(random.uniform(0, 0.15))
        bench.exporter.die()
    bench.exporter.start()
    survived(row, bench, before)


def kill_at_stores(bench, what, counts, trigger):
    """Before the first store of an update, the second, and so on, until it was
    complete: all the sequence counts have been odd, and are even again."""
    row = f"killed at each store into the {what} page"
    before = bench.identity()
    bench.arm()
    inside = [0] * len(counts)
    store = 0
    for kills in range(1, MAX_KILLS):
        store += 1
        try:
            bench.sim("die", what, str(store))
            trigger()
        except RuntimeError:
            pass    # it died before it answered
        wait_for("the exporter's end", bench.exporter.gone)
        odd = [page[field] & 1 for page, field in counts]
        inside = [a + b for a, b in zip(inside, odd)]
        time.sleep(0.02)
        bench.exporter.start()
        if all(inside) and not any(odd):
            if min(inside) > 2:
                break
            # another update may have come between
            store = 0
    result(min(inside) > 2 and kills + 1 < MAX_KILLS, f"{row}: all of an update's",
           f"{inside} of {kills} kills hit within one")
    survived(row, bench, before)


def kill_at_clock_stores(bench):
    kill_at_stores(bench, "clock", [(bench.clock, "seq")], lambda: None)


def kill_at_guest_stores(bench):
    kill_at_stores(bench, "guest", [(bench.page, "seq"), (bench.vmclock, "seq_count")],
                   lambda: bench.sim("thaw"))


def expires(row, bench):
    seen = wait_for(f"{row}: expired", lambda: (
        lambda r: r if r["status"] == "expired" else None)(bench.guest.report()))
    earlier = seen
    time.sleep(0.3)
    seen = bench.guest.report()
    result(seen["unsynced_now"], f"{row}: adjtimex() says so once the page has expired",
           seen["status"])
    result(seen["error_ns"] > earlier["error_ns"], f"{row}: the error bound grows",
           f"from {earlier['error_ns']} to {seen['error_ns']} ns")
    judge_calm(row, seen)
    judge_truth(row, seen)


def looked_in_time(bench):
    """What the guest says of a page a while after its last update, while that is valid."""
    time.sleep(VALID_S / 4)
    seen = bench.guest.report()
    newest = bench.clock.newest()
    valid_counts = newest["valid_ns"] * hz(bench) // broken.NSEC
    return seen if now_counter(bench) < newest["cycle_last"] + valid_counts else None


def believed(row, bench, *fault):
    """A page that is not updated any more is good for as long as it says."""
    for _ in range(MAX_TRIES):
        bench.arm()
        bench.sim(*fault)
        seen = looked_in_time(bench)
        if seen:
            break
        bench.sim("thaw")
        wait_for(f"{row}: thawed", lambda: broken.recovered(bench.guest))
    if not seen:
        raise RuntimeError(f"{row}: never looked at in time")
    result(seen["status"] == "synchronized" and not seen["unsynced_now"],
           f"{row}: believed for as long as it says", seen["status"])
    expires(row, bench)


def announced(row, bench, status):
    """Whoever polls the device is woken, and there is a uevent."""
    def told(seen):
        return seen["status"] == status and seen["polls"] and seen["event_status"]

    try:
        wait_for(row, lambda: told(bench.guest.report()))
    except RuntimeError:
        pass    # which is what is judged
    seen = bench.guest.report()
    result(told(seen), f"{row}: {status} is announced by poll() and a uevent",
           f"it is {seen['status']}, {seen['polls']} and {seen['event_status']} times")
    bench.guest.arm()


def frozen(bench):
    row = "page frozen"
    believed(row, bench, "freeze")
    announced(row, bench, "expired")
    bench.sim("thaw")
    announced(row, bench, "synchronized")
    judge_recovery(row, bench.guest)


def stopped(bench):
    row = "exporter stopped by SIGSTOP"
    bench.arm()
    bench.exporter.signal(signal.SIGSTOP)
    expires(row, bench)
    bench.exporter.signal(signal.SIGCONT)
    judge_recovery(row, bench.guest)
    judge_calm(f"{row}, and continued", bench.guest.report())


def odd_for_ever(bench):
    row = "clock page's sequence odd for ever"
    believed(row, bench, "tear", "clock")
    result(bench.clock["seq"] & 1, f"{row}: it is", bench.clock["seq"])
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def degraded(row, bench, reason, quiet=False):
    """Refused, and everybody told."""
    seen = wait_for(f"{row}: degraded", lambda: (
        lambda r: r if r["status"] == "degraded" and r["event_degraded"] and r["polls"] else None)(
            bench.guest.report()))
    result(reason in seen["reason"] and seen["unsynced_now"],
           f"{row}: degraded, sysfs says why, adjtimex() too, poll() and a uevent tell",
           f"{seen['reason']}, unsynchronised {seen['unsynced_now']}")
    return seen


def guest_odd_for_ever(bench):
    row = "guest page's sequence odd for ever"
    bench.guest.arm()
    bench.page["seq"] |= 1
    bench.page["epoch"] += 1
    judge_calm(row, degraded(row, bench, "without end"))
    bench.sim("thaw")
    judge_recovery(row, bench.guest)
    result(bench.guest.report()["event_recovered"] > 0,
           f"{row}: a uevent tells of the recovery", "none did")


def wrapped(bench):
    row = "clock page's sequence wraps"
    before = bench.identity()
    bench.arm()
    bench.exporter.die()
    for page in bench.clocks:
        # the newest set stays the newest: bit 1 as it was
        page["seq"] = 0xfffffff0 | page["seq"] & 2
    bench.exporter.start()
    wait_for(row, lambda: bench.clock["seq"] < 0x10000)
    time.sleep(0.3)
    survived(row, bench, before)


def guest_wrapped(bench):
    row = "guest page's sequence wraps"
    bench.guest.arm()
    bench.page["seq"] = 0xffffffff
    bench.page["epoch"] += 1
    time.sleep(0.1)
    bench.page["seq"] = 0
    wait_for(row, lambda: bench.guest.report()["guest_epoch"] == bench.page["epoch"])
    judge_recovery(row, bench.guest)
    judge_calm(row, bench.guest.report())
    bench.sim("thaw")
    judge_recovery(f"{row}, and back", bench.guest)


def values_for(size):
    """What a field of so many bits does not expect."""
    top = 1 << (8 * size - 1)
    return [0, 1, top - 1, top, 2 * top - 2, 2 * top - 1, random.randrange(2 * top),
            random.randrange(top) >> random.randrange(8 * size)]


def now_counter(bench):
    """The page's counter, a moment from now."""
    return bench.guest.ask("counter")["counter"]


def hz(bench):
    return bench.clock["counter_hz"]


def renew(bench, good):
    """The good set goes on; what was broken is whole again."""
    for field, value in bench.header.items():
        if field != "seq":
            bench.clock[field] = value
    bench.clock.publish(advanced(good, now_counter(bench) + hz(bench) // 500))


def each_hostile(bench, page, restore, publish=None):
    """Every value in every field of a page, or of a set to be published."""
    for field, (_, size, _) in page.fields.items():
        for value in values_for(size):
            if publish:
                publish(field, value)
            else:
                page[field] = value
            time.sleep(0.012)
        restore()
        yield field


def hostile_rows(bench, row, page, restore, publish=None):
    fields = 0
    bench.guest.arm()
    for field in each_hostile(bench, page, restore, publish):
        fields += 1
        try:
            wait_for("status synchronized", lambda: broken.recovered(bench.guest))
        except RuntimeError:
            seen = bench.guest.report()
            result(False, f"{row}: recovers from {field}", f"{seen['status']}, {seen['reason']}")
    result(fields > 5, f"{row}: recovers from each of {fields} fields", "not that many")
    return bench.guest.report()


def hold_still(bench):
    """From now on only the test changes the page. Returns the set in force."""
    bench.caught_up()
    bench.sim("freeze")
    bench.header = Page.copy(bench.clock)
    return bench.clock.newest().copy()


def hostile_in_place(bench):
    """A scribbler that changes no count: the kernel has its own copy."""
    row = "any field of the set in force hostile"
    good = hold_still(bench)

    seen = hostile_rows(bench, row, bench.clock.newest(), lambda: renew(bench, good))
    judge_calm(row, seen)
    judge_truth(row, seen)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def hostile_published(bench):
    row = "any field of a new set hostile"
    good = hold_still(bench)

    def publish(field, value):
        values = advanced(good, now_counter(bench) + hz(bench) // 500)
        values[field] = value
        bench.clock.publish(values)

    seen = hostile_rows(bench, row, bench.clock.sets[0], lambda: renew(bench, good), publish)
    judge_calm(row, seen)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def hostile_header(bench):
    row = "any field of the clock page's header hostile"
    good = hold_still(bench)
    seen = hostile_rows(bench, row, bench.clock, lambda: renew(bench, good))
    judge_calm(row, seen)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def publish_guest(page, **fields):
    """With a new epoch, which makes the guest look at everything."""
    page["seq"] |= 1
    page["epoch"] += 1
    for field, value in fields.items():
        page[field] = value
    page["seq"] += 1


def hostile_guest(bench):
    """It believes in any gap."""
    row = "any field of the guest page hostile"
    seen = hostile_rows(bench, row, bench.page, lambda: bench.sim("thaw"),
                        lambda field, value: publish_guest(bench.page, **{field: value}))
    judge_calm(row, seen, leaps=True)
    judge_recovery(row, bench.guest)


def hostile_unit(bench):
    """The clock page for scaled counters: by a counter that is not, each of its sets is
    off the one before by what hours make of the noise in their rates, ms either way."""
    row = "the guest page names a clock page of another unit"
    bench.guest.arm()
    for _ in range(UNITS):
        for form in (UNSCALED, SCALED, UNKNOWN, UNKNOWN + 1):
            publish_guest(bench.page, clock_format=form)
            time.sleep(0.012)
        bench.sim("thaw")
        # which keeps the guest's CPUs from their readings for a moment
        bench.guest.report()
    judge_calm(row, bench.guest.report(), leaps=True, back_ns=UNITS_BACK_NS)
    judge_recovery(row, bench.guest)


def scribbled(bench):
    row = "another program scribbles on both pages"
    bench.guest.arm()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for memory in bench.files:
            memory[:broken.PAGE] = random.randbytes(broken.PAGE)
    seen = bench.guest.report()
    result(seen["status"] == "degraded" and seen["unsynced_now"], f"{row}: degraded",
           seen["status"])
    judge_calm(row, seen)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def scribbled_by_guest(bench):
    """A private page, by a program in the guest itself, as fast as it can."""
    row = "the guest's own user space scribbles on its private pages"
    bench.guest.arm()
    writes = bench.guest.ask("scribble 2")["writes"]
    result(writes > 100000, f"{row}: often enough", f"{writes} writes")
    seen = bench.guest.report()
    result(seen["unsynced_now"], f"{row}: adjtimex() says so", seen["status"])
    judge_calm(row, seen)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)
    result(bench.exporter.status()["vms"][0]["name"] == bench.name and not bench.exporter.gone(),
           f"{row}: the exporter is none the worse", "it is gone")


def changed(bench, values, change):
    """From 200 ms on, which is to be enough on a busy machine, another set holds."""
    values = advanced(values, now_counter(bench) + hz(bench) // 5)
    change(values)
    fit(values)
    bench.clock.publish(values)
    time.sleep(0.25)
    return values


def slew(bench, values, off):
    """MONOTONIC runs faster than RAW by so many units of the multiplier."""
    def change(values):
        values["mult"] = values["raw_mult"] + off

    return changed(bench, values, change)


def slewed(bench):
    """At the limit, and by one more, which is 0.0003 ppm."""
    bench.sim("freeze")
    good = bench.clock.newest().copy()
    limit = good["raw_mult"] * MAX_SLEW_PPM // 10**6
    for sign, way in ((1, "fast"), (-1, "slow")):
        row = f"MONOTONIC {MAX_SLEW_PPM} ppm {way}"
        bench.guest.arm()
        before = bench.identity()
        good = slew(bench, good, sign * (limit - 1))
        good = slew(bench, good, sign * limit)
        judge_recovery(f"{row}: accepted", bench.guest)
        undisturbed(row, bench, before)
        slew(bench, good, sign * (limit + 1))
        degraded(f"{row} and more", bench, "too far from RAW's")
        good = slew(bench, good, 0)
        judge_recovery(f"{row} and more", bench.guest)
        seen = bench.guest.report()
        result(not seen["event_step"] and not seen["event_disruption"],
               f"{row} and more: goes on where it was", "the guest was told of a step")
        judge_calm(row, seen)
    bench.sim("thaw")
    judge_recovery("no slew", bench.guest)


def jump(bench, values, ns):
    """Both counters are off by that: no slewing does it."""
    def change(values):
        second = broken.NSEC << values["shift"]
        for sec, snsec in (("mono_sec", "mono_snsec"), ("raw_sec", "raw_snsec")):
            total = values[sec] * second + values[snsec] + (ns << values["shift"])
            values[sec], values[snsec] = divmod(total, second)

    return changed(bench, values, change)


def jumped(bench):
    """Back by 50 us, which is within what slewing makes of the age of a set."""
    bench.sim("freeze")
    good = bench.clock.newest().copy()
    for ns, way in ((-50000, "back by 50 us"), (50000, "ahead by 50 us"),
                    (5000000000, "ahead by 5 s"), (-5000000000, "back by 5 s")):
        row = f"the page jumps {way} within an epoch"
        bench.guest.arm()
        good = jump(bench, good, ns)
        judge_recovery(row, bench.guest)
        judge_calm(row, bench.guest.report())
    bench.sim("thaw")
    judge_recovery("the page jumps no more", bench.guest)


def epochs(bench):
    """As many as are wanted, and on until the guest got to follow enough of them."""
    row = "1000 epochs a second on each page, with gaps"
    page = bench.page
    before = bench.guest.report()["resyncs"]
    bench.guest.arm()
    bench.sim("epoch", "1000")
    told = resyncs = 0
    end = time.monotonic() + broken.LIMIT_S
    while resyncs <= EPOCHS / 10 and time.monotonic() < end:
        for _ in range(EPOCHS):
            publish_guest(page, resume_tsc=page["resume_tsc"] + 1, gap_ns=1000,
                          gaps_ns=0, cause=1)
            time.sleep(0.0008)
        told += EPOCHS
        seen = bench.guest.report()
        resyncs = seen["resyncs"] - before
    result(resyncs > EPOCHS / 10, f"{row}: followed",
           f"{resyncs} of {told} guest epochs and as many clock epochs")
    judge_calm(row, seen)
    bench.sim("epoch", "0")
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


ROWS = {
    "kill": [kill_at_random, kill_at_clock_stores, kill_at_guest_stores],
    "freeze": [frozen, stopped, odd_for_ever, guest_odd_for_ever, wrapped, guest_wrapped],
    "hostile": [hostile_in_place, hostile_published, hostile_header, hostile_guest,
                hostile_unit],
    "slew": [slewed, jumped],
    "storm": [scribbled, epochs],
    "private": [scribbled_by_guest],
}


def run_group(bench, group):
    for row in ROWS[group]:
        begun = time.monotonic()
        try:
            row(bench)
        except RuntimeError as why:
            result(False, row.__name__.replace("_", " "), why)
            bench.exporter.signal(signal.SIGCONT)
            bench.sim("thaw")
        print(f"# {row.__name__}: {time.monotonic() - begun:.1f} s", flush=True)


def main():
    programs, pidfile, header, seed = sys.argv[1:5]
    random.seed(int(seed))
    directory = os.environ["HOSTCLOCK_DIR"]
    guest = Guest(os.environ["GUEST_RUN_SHM"])
    exporter = Exporter(programs, directory, pidfile)
    bench = Bench(exporter, guest, Abi(header), directory, os.environ["HOSTCLOCK_GUEST"])
    try:
        for group in sys.argv[5:]:
            run_group(bench, group)
    finally:
        guest.ask("quit")
    return broken.failed


sys.exit(main())
