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

from broken import (Abi, Bench, Exporter, Guest, advanced, fit, hz, judge_calm,
                    judge_recovery, judge_truth, now_counter, publish_guest, result, wait_for)
import broken
import hostile

VALID_S = 2
# The driver's default.
MAX_SLEW_PPM = 2000
KILLS = 100
# More than there are stores in an update of a page
MAX_STORES = 60
MAX_KILLS = 200
# How often something is tried in time before the machine is too busy for that
MAX_TRIES = 10
EPOCHS = 1000


def undisturbed(row, bench, before):
    after = bench.identity()
    result(before == after, f"{row}: the same epochs, nothing to follow",
           f"epochs, resyncs, disruptions {after}, were {before}")


def survived(row, bench, before):
    """A fault that the guest need not notice at all."""
    seen = bench.guest.report()
    judge_calm(row, bench.guest)
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
    complete: all the sequence counts have been odd, and are even again. Of the guest
    page, its vmclock structure may be renewed in between, by an update of its own."""
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
        if min(inside) > 2 and not any(odd):
            break
        if store == MAX_STORES:
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
    seen = bench.guest.wait_for_report(f"{row}: expired", lambda r: r["status"] == "expired")
    earlier = seen
    time.sleep(0.3)
    seen = bench.guest.report()
    result(seen["unsynced_now"], f"{row}: adjtimex() says so once the page has expired",
           seen["status"])
    result(seen["error_ns"] > earlier["error_ns"], f"{row}: the error bound grows",
           f"from {earlier['error_ns']} to {seen['error_ns']} ns")
    judge_calm(row, bench.guest)
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
    judge_calm(f"{row}, and continued", bench.guest)


def odd_for_ever(bench):
    row = "clock page's sequence odd for ever"
    believed(row, bench, "tear", "clock")
    result(bench.clock["seq"] & 1, f"{row}: it is", bench.clock["seq"])
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def degraded(row, bench, reason, quiet=False):
    """Refused, and everybody told."""
    seen = bench.guest.wait_for_report(f"{row}: degraded", lambda r: r["status"] == "degraded" and
                                       r["event_degraded"] and r["polls"])
    result(reason in seen["reason"] and seen["unsynced_now"],
           f"{row}: degraded, sysfs says why, adjtimex() too, poll() and a uevent tell",
           f"{seen['reason']}, unsynchronised {seen['unsynced_now']}")
    return seen


def guest_odd_for_ever(bench):
    row = "guest page's sequence odd for ever"
    bench.guest.arm()
    bench.page["seq"] |= 1
    bench.page["epoch"] += 1
    degraded(row, bench, "without end")
    judge_calm(row, bench.guest)
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
    judge_calm(row, bench.guest)
    bench.sim("thaw")
    judge_recovery(f"{row}, and back", bench.guest)


class Late(Exception):
    """What was published was in force before: no slew, but a jump."""


def changed(bench, values, change):
    """From half a second on another set holds."""
    values = advanced(values, now_counter(bench) + hz(bench) // 2)
    # nobody updates it, and a busy machine takes a while to look
    values["valid_ns"] = 2 * broken.LIMIT_S * broken.NSEC
    change(values)
    fit(values)
    bench.clock.publish(values)
    if now_counter(bench) >= values["cycle_last"]:
        raise Late
    wait_for("it to be in force", lambda: now_counter(bench) > values["cycle_last"])
    time.sleep(0.05)
    return values


def in_time(bench, values, row, *args):
    """A row that changes what holds, again if this machine was too busy to do so in time."""
    for _ in range(MAX_TRIES):
        try:
            return row(bench, values, *args)
        except Late:
            print(f"# {row.__name__} {args}: published too late, done again")
        bench.clock.publish(advanced(values, now_counter(bench)))
        wait_for("the end of a jump", lambda: broken.recovered(bench.guest))
    raise RuntimeError("never published in time")


def slew(bench, values, off):
    """MONOTONIC runs faster than RAW by so many units of the multiplier."""
    def change(values):
        values["mult"] = values["raw_mult"] + off

    return changed(bench, values, change)


def slewed_by(bench, good, limit, way):
    row = f"MONOTONIC {MAX_SLEW_PPM} ppm {way}"
    bench.guest.arm()
    before = bench.identity()
    for off in (limit - limit // abs(limit), limit):
        good = slew(bench, good, off)
    judge_recovery(f"{row}: accepted", bench.guest)
    undisturbed(row, bench, before)
    slew(bench, good, limit + limit // abs(limit))
    degraded(f"{row} and more", bench, "too far from RAW's")
    good = slew(bench, good, 0)
    judge_recovery(f"{row} and more", bench.guest)
    seen = bench.guest.report()
    result(not seen["event_step"] and not seen["event_disruption"],
           f"{row} and more: goes on where it was", "the guest was told of a step")
    judge_calm(row, bench.guest)
    return good


def slewed(bench):
    """At the limit, and by one more, which is 0.0003 ppm."""
    bench.sim("freeze")
    good = bench.clock.newest().copy()
    limit = good["raw_mult"] * MAX_SLEW_PPM // 10**6
    good = in_time(bench, good, slewed_by, limit, "fast")
    in_time(bench, good, slewed_by, -limit, "slow")
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


def jumped_by(bench, good, ns, way):
    row = f"the page jumps {way} within an epoch"
    bench.guest.arm()
    good = jump(bench, good, ns)
    judge_recovery(row, bench.guest)
    judge_calm(row, bench.guest)
    return good


def jumped(bench):
    """Back by 50 us, which is within what slewing makes of the age of a set."""
    bench.sim("freeze")
    good = bench.clock.newest().copy()
    for ns, way in ((-50000, "back by 50 us"), (50000, "ahead by 50 us"),
                    (5000000000, "ahead by 5 s"), (-5000000000, "back by 5 s")):
        good = in_time(bench, good, jumped_by, ns, way)
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
    judge_calm(row, bench.guest)
    bench.sim("epoch", "0")
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


ROWS = {
    "kill": [kill_at_random],
    "stores": [kill_at_clock_stores, kill_at_guest_stores],
    "freeze": [frozen, stopped, odd_for_ever, guest_odd_for_ever, wrapped, guest_wrapped],
    "hostile": hostile.FIELDS,
    "unit": [hostile.hostile_unit],
    "full-speed": hostile.FULL_SPEED,
    "slew": [slewed, jumped],
    "storm": [hostile.scribbled, epochs],
    "private": [hostile.scribbled_by_guest],
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
