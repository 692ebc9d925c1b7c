#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Expected values of hostclock_vmclock_kunit.c: the vmclock form, both ways."""
from exact import *

DAY = 86400
M26 = nearest(Fraction(NS << 31, 2600 * 10**6))
WALL = 1750000000 * NS
UTC, TAI = "HOSTCLOCK_VMCLOCK_TIME_UTC", "HOSTCLOCK_VMCLOCK_TIME_TAI"
TAI_VALID, PERIOD_EST, PERIOD_MAX, TIME_EST, TIME_MAX = 1, 8, 16, 32, 64


def to(title, mult=M26, shift=31, mono_sec=100, mono_snsec=5 << 31, wall_ns=WALL, tai=37,
       maxerror=500, rate=50000, utc=10**6, flags=0):
    """Period in 2^-(64+s) s with the greatest s that fits; time in 2^-64 s."""
    seconds = Fraction(mult, (1 << shift) * NS)
    s = 0
    while nearest(seconds * 2**(64 + s + 1)) < 2**64:
        s += 1
    period = nearest(seconds * 2**(64 + s))
    time = mono_sec + Fraction(mono_snsec, (1 << shift) * NS) + Fraction(wall_ns, NS) + (tai or 0)
    ok = time >= 0 and -2**15 <= (tai or 0) < 2**15
    fields = dict(mult=mult, shift=shift, mono_sec=mono_sec, mono_snsec=mono_snsec,
                  wall_ns=wall_ns, tai_offset_sec=tai or 0, tai_valid=tai is not None,
                  maxerror_ns=maxerror, maxerror_rate_ppb=rate, utc_maxerror_ns=utc,
                  flags=flags, ok=ok)
    if not ok:
        return title, fields
    known = maxerror + utc < U64_MAX and ceil(Fraction(period * rate, NS)) < U64_MAX
    want = flags & ~(TAI_VALID | PERIOD_EST | PERIOD_MAX | TIME_EST | TIME_MAX)
    want |= TAI_VALID if tai is not None else 0
    want |= PERIOD_MAX | TIME_MAX if known else 0
    fields.update(want_flags=want, time_type=TAI if tai is not None else UTC,
                  period=period, period_shift=s,
                  time_sec=floor(time), time_frac=floor((time - floor(time)) * 2**64),
                  want_error=maxerror + utc if known else 0,
                  want_rate=ceil(Fraction(period * rate, NS)) if known else 0)
    return title, fields


TO = [
    to("2.6 GHz, TAI"),
    to("2.6 GHz, UTC: no TAI offset known", tai=None),
    to("1 GHz", mult=1 << 31),
    to("10 GHz", mult=nearest(Fraction(NS << 31, 10**10))),
    to("24 MHz", mult=nearest(Fraction(NS << 26, 24 * 10**6)), shift=26, mono_snsec=0),
    to("1 MHz", mult=1000 << 21, shift=21, mono_snsec=0),
    to("a period that just fits", mult=2**31 - 1),
    to("the base's fraction is kept", mono_snsec=(NS << 31) - 1),
    to("an offset that borrows", mono_snsec=0, wall_ns=-1),
    to("negative TAI offset", tai=-37),
    to("the greatest TAI offset", tai=32767),
    to("a TAI offset beyond 16 bits", tai=32768),
    to("the least TAI offset", tai=-32768),
    to("a TAI offset below 16 bits", tai=-32769),
    to("before 1970", wall_ns=-100 * NS - 6, tai=0),
    to("at 1970", wall_ns=-100 * NS - 5, tai=0),
    to("UTC error unknown", utc=U64_MAX),
    to("error unknown", maxerror=U64_MAX),
    to("errors whose sum is unknown", maxerror=2**63, utc=2**63 - 1),
    to("no error growth", rate=0),
    to("fast error growth", rate=NS),
    to("error growth that does not fit", rate=2**32 - 1),
    to("foreign flags stay, stale ones go", flags=0xffffffff, utc=U64_MAX, tai=None),
]


def at(title, delta, period=7094901567 << 31, period_shift=31, sec=1750000037, frac=2**63,
       kind=TAI, tai=37, flags=TAI_VALID | TIME_MAX | PERIOD_MAX,
       est=100, est_rate=0, maxerror=1000, max_rate=0):
    d = max(delta, 0)
    units = (sec << 64) + frac + (d * period >> period_shift)
    units = min(units, 2**128 - 1)
    known = bool(flags & TAI_VALID)
    offset = tai if known else 0
    whole = min(units >> 64, S64_MAX)
    utc = whole - offset if kind == TAI else whole
    tai_sec = whole if kind == TAI else whole + offset
    nsec = (units % 2**64) * NS >> 64

    def grown(valid, rate_valid, error, rate):
        """Never below the exact growth; the library may round up by 2 ns."""
        if not flags & valid:
            return U64_MAX
        if not flags & rate_valid or not rate or not d:
            return error
        return min(error + ceil(Fraction(d * rate * NS, 2**(64 + period_shift))), U64_MAX)

    return title, dict(delta=delta % 2**64, period=period, period_shift=period_shift, sec=sec,
                       frac=frac, time_type=kind, tai_offset_sec=tai, flags=flags,
                       esterror_ns=est, est_rate=est_rate, maxerror_ns=maxerror,
                       max_rate=max_rate, ok=delta >= 0, want_sec=units >> 64,
                       want_frac=units % 2**64, utc_sec=utc, tai_sec=tai_sec, nsec=nsec,
                       utc_valid=kind == UTC or known, tai_valid=kind == TAI or known,
                       want_esterror=grown(TIME_EST, PERIOD_EST, est, est_rate),
                       want_maxerror=grown(TIME_MAX, PERIOD_MAX, maxerror, max_rate))


P1 = 2**63          # 1 ns a count would be 2^64 / 10^9 << shift; this is 2^-32 s
RATE = 7094901567 << 15
AT = [
    at("at the structure's counter", 0),
    at("a second later", 2600 * 10**6),
    at("a count before", -1),
    at("2^63 counts before", -2**63),
    at("2^63 - 1 counts later", 2**63 - 1),
    at("carry into the second", 1, period=P1, period_shift=0, frac=2**63),
    at("no shift: 2^-64 s a count", 12345, period=1, period_shift=0, frac=2**64 - 12345),
    at("shift 64", 2**32, period=2**63, period_shift=64),
    at("shift 127", 2**62, period=2**64 - 1, period_shift=127),
    at("the time saturates", 2**63 - 1, period=2**64 - 1, period_shift=0, sec=2**64 - 2),
    at("UTC with an offset", NS, kind=UTC),
    at("UTC without an offset", NS, kind=UTC, flags=TIME_MAX),
    at("TAI without an offset", NS, flags=TIME_MAX),
    at("negative TAI offset", 0, tai=-10),
    at("nothing known of errors", 10**9, flags=0),
    at("errors that do not grow", 10**9, flags=TIME_EST | TIME_MAX, est_rate=RATE, max_rate=RATE),
    at("both errors grow", 10**9, flags=0x78, est_rate=RATE, max_rate=RATE * 10),
    at("an error grows by whole seconds", 2**62, flags=0x78, est_rate=RATE, max_rate=2**63),
    at("an error saturates", 2**63 - 1, flags=0x78, max_rate=2**64 - 1, period_shift=0, period=1),
]


def back(title, period, period_shift, sec=1750000037, frac=2**63, kind=TAI, tai=37,
         flags=TAI_VALID | TIME_MAX | PERIOD_MAX, max_rate=0, mult_max=0xe0000000):
    ns = Fraction(period * NS, 2**(64 + period_shift))
    known = bool(flags & TAI_VALID)
    for shift in range(31, 0, -1):
        mult = nearest(ns * 2**shift)
        if mult <= mult_max:
            break
    ok = 0 < mult <= mult_max and (kind == UTC or known)
    fields = dict(period=period, period_shift=period_shift, sec=sec, frac=frac, time_type=kind,
                  tai_offset_sec=tai, flags=flags, max_rate=max_rate, ok=ok)
    if ok:
        ppb = ceil(Fraction(max_rate * NS, period)) if flags & PERIOD_MAX else 0
        fields.update(mult=mult, shift=shift,
                      mono_snsec=floor(Fraction(frac, 2**64) * (NS << shift)),
                      wall_offset_ns=-tai * NS if kind == TAI else 0,
                      maxerror_ns=1000 if flags & TIME_MAX else U64_MAX,
                      maxerror_rate_ppb=min(ppb, 2**32 - 1),
                      tai_valid=known, want_tai=tai if known else 0)
    return title, fields


def period_of(hz):
    s = 0
    while nearest(Fraction(2**(64 + s + 1), hz)) < 2**64:
        s += 1
    return nearest(Fraction(2**(64 + s), hz)), s


FROM = [
    back("2.6 GHz", *period_of(2600 * 10**6)),
    back("1 GHz", *period_of(NS)),
    back("10 GHz", *period_of(10**10)),
    back("24 MHz", *period_of(24 * 10**6)),
    back("1 MHz", *period_of(10**6)),
    back("UTC with an offset", *period_of(NS), kind=UTC),
    back("UTC without an offset", *period_of(NS), kind=UTC, flags=0),
    back("TAI without an offset is refused", *period_of(NS), flags=0),
    back("negative TAI offset", *period_of(NS), tai=-5),
    back("nearly a second of fraction", *period_of(NS), frac=2**64 - 1),
    back("an error rate of 50 ppm", *period_of(NS), max_rate=period_of(NS)[0] // 20000),
    back("an error rate beyond 32 bits", *period_of(NS), max_rate=2**64 - 1),
    back("a growing error, time unknown", *period_of(NS), flags=TAI_VALID | PERIOD_MAX,
         max_rate=period_of(NS)[0] // 20000),
    back("just less than a second a count", 2**64 - 1, 0),
    back("2^-127 s is too short", 1, 63),
    back("2^-191 s is too short", 1, 127),
]

header("vmclock_table.py")
emit("to_row", "to_rows", TO)
emit("at_row", "at_rows", AT)
emit("from_row", "from_rows", FROM)
