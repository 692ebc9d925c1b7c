# SPDX-License-Identifier: GPL-2.0
"""Pages that nobody would write but to do harm: rows of faults.py."""

import os
import random
import subprocess
import time

from broken import (Page, advanced, hz, judge_calm, judge_recovery, judge_truth, now_counter,
                    publish_guest, result, wait_for)
import broken

UNITS = 200
# How far back a clock page can set MONOTONIC: see hostclock.rst, "How fast a page may make
# time run".
BACK_NS = 17000
# And a guest page that invents gaps: to the last tick, which may be late here
GAPS_BACK_NS = 10**9
# The guest page's clock_format
UNSCALED, SCALED, UNKNOWN = 0, 1, 127
# How long each mode of the writer at full speed writes
FULL_SPEED_S = int(os.environ.get("HOSTILE_SECONDS", "10"))
# Less than a hundredth of what one CPU does
MIN_WRITES = 10000


def values_for(size):
    """What a field of so many bits does not expect."""
    top = 1 << (8 * size - 1)
    return [0, 1, top - 1, top, 2 * top - 2, 2 * top - 1, random.randrange(2 * top),
            random.randrange(top) >> random.randrange(8 * size)]


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
    judge_calm(row, bench.guest)
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

    hostile_rows(bench, row, bench.clock.sets[0], lambda: renew(bench, good), publish)
    judge_calm(row, bench.guest)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def hostile_header(bench):
    row = "any field of the clock page's header hostile"
    good = hold_still(bench)
    hostile_rows(bench, row, bench.clock, lambda: renew(bench, good))
    judge_calm(row, bench.guest)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)


def hostile_guest(bench):
    """It believes in any gap."""
    row = "any field of the guest page hostile"
    hostile_rows(bench, row, bench.page, lambda: bench.sim("thaw"),
                 lambda field, value: publish_guest(bench.page, **{field: value}))
    judge_calm(row, bench.guest, leaps=True)
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
    judge_calm(row, bench.guest, leaps=True, back_ns=BACK_NS)
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
    judge_calm(row, bench.guest)
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
    judge_calm(row, bench.guest)
    bench.sim("thaw")
    judge_recovery(row, bench.guest)
    result(bench.exporter.status()["vms"][0]["name"] == bench.name and not bench.exporter.gone(),
           f"{row}: the exporter is none the worse", "it is gone")


def at_full_speed(mode, back_ns):
    """A writer on a CPU of its own, in all that time; MODE: see exporter/hostile.c."""
    def row(bench):
        name = f"a writer at full speed, {mode}"
        hold_still(bench)
        bench.guest.arm()
        written = subprocess.run(
            [os.environ["HOSTILE"], os.path.join(bench.directory, "clock"),
             os.path.join(bench.directory, "vm", bench.name), mode, str(FULL_SPEED_S),
             str(random.randrange(2**60))],
            capture_output=True, text=True, check=True, timeout=FULL_SPEED_S + broken.LIMIT_S)
        seen = bench.guest.report()
        back = ", ".join(f"{clock} {seen[f'worst_{clock}']} ns" for clock in broken.GOING_ON)
        print(f"# {name}: {written.stdout.strip()} writes, {seen['reads']} readings, the slowest "
              f"took {seen['slowest_us']} us; back by {back}")
        result(int(written.stdout) > MIN_WRITES * FULL_SPEED_S, f"{name}: it is one",
               f"{written.stdout} writes")
        judge_calm(name, bench.guest, leaps=True, back_ns=back_ns)
        bench.sim("thaw")
        judge_recovery(name, bench.guest)

    row.__name__ = f"full_speed_{mode}"
    return row


FIELDS = [hostile_in_place, hostile_published, hostile_header, hostile_guest]
FULL_SPEED = [at_full_speed(mode, BACK_NS) for mode in ("flip", "lie", "noise")]
FULL_SPEED.append(at_full_speed("gaps", GAPS_BACK_NS))
