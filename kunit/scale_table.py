#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Expected values of hostclock_scale_kunit.c: scaling, and choosing mult and shift."""
from exact import *

DAY = 86400
YEAR = 365 * DAY
GHZ26 = 2600 * 10**6
MULT26, SHIFT26 = nearest(Fraction(NS << 31, GHZ26)), 31


def scale(title, delta, mult, base, shift):
    exact = Fraction(delta * mult + base, 2**shift)
    return title, dict(delta=delta, mult=mult, base=base, shift=shift,
                       ns=clamp(floor(exact)))


# The largest delta for which 64 bits hold delta * mult + base.
def max_cycles(mult, base):
    return (U64_MAX - base) // mult


FULL = (NS << 31) - 1
M26 = max_cycles(MULT26, FULL)

SCALE = [
    scale("nothing at all", 0, MULT26, 0, SHIFT26),
    scale("the base alone, whole ns", 0, MULT26, 7 << 31, SHIFT26),
    scale("the base alone, one unit short of a ns", 0, MULT26, (8 << 31) - 1, SHIFT26),
    scale("one count of 2.6 GHz", 1, MULT26, 0, SHIFT26),
    scale("three counts of 2.6 GHz", 3, MULT26, 0, SHIFT26),
    scale("a second of 2.6 GHz", GHZ26, MULT26, 0, SHIFT26),
    scale("the last count that 64 bits hold", M26, MULT26, FULL, SHIFT26),
    scale("the first count that they do not", M26 + 1, MULT26, FULL, SHIFT26),
    scale("the base alone makes the low half carry", 2**32, 2**32 - 1, U64_MAX, 31),
    scale("30 days of 2.6 GHz", GHZ26 * 30 * DAY, MULT26, FULL, SHIFT26),
    scale("100 years of 2.6 GHz", GHZ26 * 100 * YEAR, MULT26, FULL, SHIFT26),
    scale("200 years of 1 GHz", NS * 200 * YEAR, 1 << 31, 0, 31),
    scale("200 years of 24 MHz", 24 * 10**6 * 200 * YEAR, nearest(Fraction(NS << 26, 24 * 10**6)), 0, 26),
    scale("2^63 counts of 2.6 GHz", 2**63, MULT26, FULL, SHIFT26),
    scale("2^64 - 1 counts of 2.6 GHz", U64_MAX, MULT26, FULL, SHIFT26),
    scale("2^63 - 1 counts of 1 GHz are 2^63 - 1 ns", S64_MAX, 1 << 31, 0, 31),
    scale("2^63 counts of 1 GHz saturate", 2**63, 1 << 31, 0, 31),
    scale("2^63 counts of 1 MHz saturate", 2**63, 1000 << 21, 0, 21),
    scale("the greatest of everything", U64_MAX, 2**32 - 1, U64_MAX, 1),
    scale("shift 1", 10**15, 3, 1, 1),
    scale("just below 2^63 ns", 2**62 - 1, 4, 7, 1),
    scale("just 2^63 ns", 2**62, 4, 0, 1),
]


def mult_shift(title, hz, horizon_ns, mult_min=1024, mult_max=0xe0000000):
    """The largest shift whose mult and horizon fit, and what follows of it."""
    for shift in range(31, 0, -1):
        mult = nearest(Fraction(NS << shift, hz))
        if 2**(64 - shift) - NS >= horizon_ns and mult_min <= mult <= mult_max:
            break
    else:
        return title, dict(hz=hz, horizon_ns=horizon_ns, ok=False)
    # rate error in parts per 10^12, rounded to nearest, and the overflow bound
    error = nearest((Fraction(mult * hz, NS << shift) - 1) * 10**12)
    worst = max_cycles(mult, (NS << shift) - 1)
    return title, dict(hz=hz, horizon_ns=horizon_ns, ok=True, mult=mult, shift=shift,
                       error_ppt=error, max_cycles=worst)


CHOOSE = [
    mult_shift("1 MHz", 10**6, 0),
    mult_shift("3.579545 MHz, the ACPI timer", 3579545, 0),
    mult_shift("14.31818 MHz, the HPET", 14318180, 0),
    mult_shift("19.2 MHz", 19200000, 0),
    mult_shift("24 MHz, ARM", 24 * 10**6, 0),
    mult_shift("25 MHz", 25 * 10**6, 0),
    mult_shift("38.4 MHz", 38400000, 0),
    mult_shift("62.5 MHz, QEMU's ARM", 62500000, 0),
    mult_shift("100 MHz", 10**8, 0),
    mult_shift("500 MHz", 5 * 10**8, 0),
    mult_shift("1 GHz, scaled", NS, 0),
    mult_shift("1.9 GHz", 1900 * 10**6, 0),
    mult_shift("2.2 GHz less a bit", 2199998000, 0),
    mult_shift("2.6 GHz", GHZ26, 0),
    mult_shift("2.893299 GHz", 2893299000, 0),
    mult_shift("4.5 GHz", 4500 * 10**6, 0),
    mult_shift("6.2 GHz", 6200 * 10**6, 0),
    mult_shift("10 GHz", 10**10, 0),
    mult_shift("2.6 GHz for 10 s", GHZ26, 10 * NS),
    mult_shift("2.6 GHz for ten minutes", GHZ26, 600 * NS),
    mult_shift("2.6 GHz for a day", GHZ26, DAY * NS),
    mult_shift("10 GHz for 13 days", 10**10, 13 * DAY * NS),
    mult_shift("10 GHz for 14 days is too long", 10**10, 14 * DAY * NS),
    mult_shift("1 MHz for 291 years", 10**6, 291 * YEAR * NS),
    mult_shift("1 MHz for 293 years is too long", 10**6, 293 * YEAR * NS),
]

header("scale_table.py")
emit("scale_row", "scale_rows", SCALE)
emit("mult_shift_row", "mult_shift_rows", CHOOSE)
