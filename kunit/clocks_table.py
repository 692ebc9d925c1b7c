#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Expected values of hostclock_clocks_kunit.c: all clocks, deadlines, error bounds."""
from exact import *

DAY = 86400
YEAR = 365 * DAY
GHZ26 = 2600 * 10**6
MULT26 = nearest(Fraction(NS << 31, GHZ26))
WALL = 1750000000 * NS + 123456789
POSITIONS = ["HOSTCLOCK_WITHIN", "HOSTCLOCK_SKEWED", "HOSTCLOCK_BEFORE", "HOSTCLOCK_BEYOND"]
MAX_SKEW_NS = 10 * 10**6

# A set: 2.6 GHz, the host's MONOTONIC 20 ppm slow of its RAW.
BASE = dict(cycle_last=10**15, mult=MULT26 - MULT26 // 50000, raw_mult=MULT26, shift=31,
            mono_sec=100, mono_snsec=5 << 31, raw_sec=101, raw_snsec=(7 << 31) + 12345,
            wall_offset_ns=WALL, boot_offset_ns=3600 * NS, tai_offset_sec=37, tai_valid=True)
SCALED = dict(BASE, mult=(1 << 31) + 4242, raw_mult=1 << 31)


def elapsed(s, kind, delta):
    mult, snsec = (s["raw_mult"], s["raw_snsec"]) if kind == "raw" else (s["mult"], s["mono_snsec"])
    return Fraction(delta * mult + snsec, 1 << s["shift"])


def clocks(title, delta, off_mono=0, off_raw=0, base=BASE, **change):
    s = dict(base, **change)
    d = max(delta, 0)
    mono_ns = clamp(floor(elapsed(s, "mono", d)))
    raw_ns = clamp(floor(elapsed(s, "raw", d)))
    mono = s["mono_sec"] * NS + mono_ns
    raw = s["raw_sec"] * NS + raw_ns
    position = 0
    if delta < 0:
        position = 1 if floor(Fraction(-delta * s["mult"], 1 << s["shift"])) <= MAX_SKEW_NS else 2
    if S64_MAX in (mono_ns, raw_ns):
        position = 3
    real = mono + s["wall_offset_ns"]
    tai = real + (s["tai_offset_sec"] * NS if s["tai_valid"] else 0)
    fields = dict(set=s, counter=(s["cycle_last"] + delta) % 2**64,
                  off_mono_ns=off_mono, off_raw_ns=off_raw, position=POSITIONS[position])
    for clock, ns in (("real", real), ("tai", tai), ("mono", mono + off_mono),
                      ("boot", mono + off_mono + s["boot_offset_ns"]), ("raw", raw + off_raw)):
        fields[clock] = "{ %s, %s }" % tuple(number(x) for x in split(ns))
    return title, fields


CLOCKS = [
    clocks("at cycle_last", 0),
    clocks("a count later", 1),
    clocks("a second later", GHZ26),
    clocks("30 days later", 30 * DAY * GHZ26),
    clocks("100 years later", 100 * YEAR * GHZ26),
    clocks("2^63 - 1 counts later", 2**63 - 1),
    clocks("2^63 - 1 counts later, scaled, are past the end", 2**63 - 1, base=SCALED),
    clocks("scaled, a second later: RAW is counter plus offset", NS, base=SCALED),
    clocks("scaled, 200 years later", 200 * YEAR * NS, base=SCALED),
    clocks("a count before: skew", -1),
    clocks("9.9 ms before: skew", -9900 * 2600),
    clocks("11 ms before: reported", -11000 * 2600),
    clocks("2^63 counts before: reported", -2**63),
    clocks("the counter wraps", 5000, cycle_last=2**64 - 1000),
    clocks("carry into MONOTONIC's second", 0, mono_snsec=(NS << 31) - 1),
    clocks("carry with a count more", 3, mono_snsec=(NS << 31) - (1 << 30)),
    clocks("RAW carries, MONOTONIC does not", 3, raw_snsec=(NS << 31) - (1 << 30)),
    clocks("borrow: REALTIME a ns below a second", 0, wall_offset_ns=-6),
    clocks("REALTIME before MONOTONIC", 0, wall_offset_ns=-50 * NS - 1),
    clocks("guest behind its host", 0, off_mono=-99 * NS - 1, off_raw=-100 * NS),
    clocks("guest ahead of its host", 0, off_mono=5 * YEAR * NS, off_raw=6 * YEAR * NS + 999999999),
    clocks("guest offsets leave REALTIME and TAI alone", GHZ26, off_mono=-NS, off_raw=NS),
    clocks("negative MONOTONIC", 0, off_mono=-200 * NS - 7),
    clocks("no TAI offset", 0, tai_valid=False),
    clocks("negative TAI offset", 0, tai_offset_sec=-37),
    clocks("BOOTTIME with MONOTONIC", 0, boot_offset_ns=0),
    clocks("BOOTTIME with a carry", 0, boot_offset_ns=999999995),
    clocks("a set that knows it slews by 500 ppm", 3600 * GHZ26, mult=MULT26 + MULT26 // 2000),
    clocks("shift 1, mult 2", 12345678901, mult=2, raw_mult=2, shift=1, mono_snsec=1, raw_snsec=0),
]


def deadline(title, kind, ns, base=BASE, **change):
    """The first delta at which the clock shows ns or more."""
    s = dict(base, **change)
    mult = s["raw_mult"] if kind == "raw" else s["mult"]
    sec = s["raw_sec"] if kind == "raw" else s["mono_sec"]
    snsec = s["raw_snsec"] if kind == "raw" else s["mono_snsec"]
    delta = max(0, ceil(Fraction(((ns - sec * NS) << s["shift"]) - snsec, mult)))
    delta = min(delta, S64_MAX)
    return title, dict(set=s, raw=kind == "raw", ns=ns,
                       counter=(s["cycle_last"] + delta) % 2**64)


DEADLINES = [
    deadline("now", "mono", 100 * NS + 5),
    deadline("past", "mono", 99 * NS),
    deadline("long past", "mono", -2**63),
    deadline("1 ns ahead", "mono", 100 * NS + 6),
    deadline("within the base's fraction", "raw", 101 * NS + 8),
    deadline("1 ms ahead", "mono", 100 * NS + 10**6),
    deadline("a second ahead, RAW", "raw", 102 * NS),
    deadline("30 days ahead", "mono", 30 * DAY * NS),
    deadline("100 years ahead", "mono", 100 * YEAR * NS),
    deadline("100 years ahead, RAW", "raw", 100 * YEAR * NS),
    deadline("beyond what the counter reaches", "mono", S64_MAX),
    deadline("scaled, exact", "raw", 200 * NS, base=SCALED),
    deadline("counter wraps on the way", "mono", 200 * NS, cycle_last=2**64 - 10**6),
    deadline("the base is a unit short of it", "mono", 100 * NS + 6, mono_snsec=(6 << 31) - 1),
    deadline("the base is just it", "mono", 100 * NS + 6, mono_snsec=6 << 31),
]


def quality(title, delta, maxerror, rate, utc, valid, status="HOSTCLOCK_STATUS_SYNCHRONIZED"):
    age = clamp(floor(Fraction(max(delta, 0) * BASE["mult"], 1 << 31)))
    # the exact age may be up to a ns more than its whole part
    growth = ceil(Fraction((age + 1) * rate, NS)) if delta > 0 else 0
    error = min(maxerror + growth, U64_MAX)
    return title, dict(counter=(BASE["cycle_last"] + delta) % 2**64, maxerror_ns=maxerror,
                       maxerror_rate_ppb=rate, utc_maxerror_ns=utc, valid_ns=valid,
                       status=status, age_ns=age, error_ns=error,
                       utc_error_ns=min(error + utc, U64_MAX), valid=age <= valid,
                       synchronized=age <= valid and status.endswith("_SYNCHRONIZED"))


QUALITY = [
    quality("at cycle_last", 0, 500, 50000, 10**6, NS),
    quality("before cycle_last nothing has grown", -1000, 500, 50000, 10**6, NS),
    quality("a second later", GHZ26, 500, 50000, 10**6, 2 * NS),
    quality("valid to the last ns", GHZ26, 500, 50000, 10**6,
            floor(Fraction(GHZ26 * BASE["mult"], 1 << 31))),
    quality("and not a ns longer", GHZ26, 500, 50000, 10**6,
            floor(Fraction(GHZ26 * BASE["mult"], 1 << 31)) - 1),
    quality("a day later", DAY * GHZ26, 500, 500000, 10**6, 2 * NS),
    quality("100 years later", 100 * YEAR * GHZ26, 500, 50000, 10**6, NS),
    quality("a rate of 4.29 s/s for 100 years", 100 * YEAR * GHZ26, 2**63, 2**32 - 1, 0, NS),
    quality("an unknown error stays unknown", GHZ26, U64_MAX, 50000, 0, NS),
    quality("UTC unknown", GHZ26, 500, 50000, U64_MAX, 2 * NS),
    quality("valid but free running", 0, 500, 50000, 10**6, NS, "HOSTCLOCK_STATUS_FREERUNNING"),
    quality("valid for no time", 0, 500, 50000, 10**6, 0),
    quality("valid for ever", DAY * GHZ26, 500, 50000, 10**6, U64_MAX),
]

header("clocks_table.py")
emit("clocks_row", "clocks_rows", CLOCKS)
emit("deadline_row", "deadline_rows", DEADLINES)
emit("quality_row", "quality_rows", QUALITY)
