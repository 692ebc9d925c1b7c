#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Expected values of hostclock_transitions_kunit.c: leap seconds, and MONOTONIC across gaps."""
from exact import *

DAY = 86400
YEAR = 365 * DAY
STRICT, NOON, SLS = ("HOSTCLOCK_SMEAR_STRICT", "HOSTCLOCK_SMEAR_NOON_LINEAR",
                     "HOSTCLOCK_SMEAR_UTC_SLS")
S64_MIN = -2**63


def leap(title, smear, insert, u):
    """u: ns since the leap on a clock that does not know of it."""
    sign = 1 if insert else -1
    if smear == STRICT:
        length, start = 0, 0 if insert else -NS
    elif smear == NOON:
        length, start = DAY + sign, -DAY // 2 * NS
    else:
        length, start = 1000, (sign - 1000) * NS
    end = start + length * NS
    fields = dict(smear=smear, insert=insert, u=u, slew=0, length_sec=1, piece_offset=0)
    if u < start:
        fields.update(start=S64_MIN, end=start)
        offset = 0
    elif u < end:
        fields.update(start=start, end=end, slew=-sign, length_sec=length)
        offset = floor(Fraction(-sign * (u - start), length))
    else:
        offset = -sign * NS
        fields.update(start=end, end=S64_MAX, piece_offset=offset)
    mult = nearest(Fraction((1 << 30) * (fields["length_sec"] + fields["slew"]),
                            fields["length_sec"]))
    if insert:
        names = ["PRE_POS", "POS", "POST_POS"]
        when = 0 if u < 0 else 1 if u < NS else 2
    else:
        names = ["PRE_NEG", "POST_NEG"]
        when = 0 if u < -NS else 1
    fields.update(offset=offset, mult=mult, indicator="HOSTCLOCK_LEAP_" + names[when])
    return title, fields


LEAP = []
for insert, what in ((True, "insertion"), (False, "deletion")):
    LEAP += [
        leap("strict %s: a day before" % what, STRICT, insert, -DAY * NS),
        leap("strict %s: 1 s and 1 ns before" % what, STRICT, insert, -NS - 1),
        leap("strict %s: 1 s before" % what, STRICT, insert, -NS),
        leap("strict %s: 1 ns before" % what, STRICT, insert, -1),
        leap("strict %s: at it" % what, STRICT, insert, 0),
        leap("strict %s: 1 ns before its second ends" % what, STRICT, insert, NS - 1),
        leap("strict %s: 1 s later" % what, STRICT, insert, NS),
        leap("strict %s: long before" % what, STRICT, insert, S64_MIN),
        leap("strict %s: long after" % what, STRICT, insert, S64_MAX),
        leap("noon %s: 1 ns before the smear" % what, NOON, insert, -DAY // 2 * NS - 1),
        leap("noon %s: the smear begins" % what, NOON, insert, -DAY // 2 * NS),
        leap("noon %s: the first ns" % what, NOON, insert, -DAY // 2 * NS + 1),
        leap("noon %s: a quarter is done" % what, NOON, insert, -DAY // 4 * NS),
        leap("noon %s: half is done" % what, NOON, insert, 0),
        leap("noon %s: the last ns" % what, NOON, insert, (DAY // 2 + (1 if insert else -1)) * NS - 1),
        leap("noon %s: the smear has ended" % what, NOON, insert, (DAY // 2 + (1 if insert else -1)) * NS),
        leap("SLS %s: 1 ns before the smear" % what, SLS, insert, (-1000 + (1 if insert else -1)) * NS - 1),
        leap("SLS %s: the smear begins" % what, SLS, insert, (-1000 + (1 if insert else -1)) * NS),
        leap("SLS %s: 500 s before" % what, SLS, insert, -500 * NS),
        leap("SLS %s: 1 s before" % what, SLS, insert, -NS),
        leap("SLS %s: at it" % what, SLS, insert, 0),
        leap("SLS %s: a second later" % what, SLS, insert, NS),
        leap("SLS %s: long after" % what, SLS, insert, DAY * NS),
    ]

GHZ26 = 2600 * 10**6
M26 = nearest(Fraction(NS << 31, GHZ26))


def timeline(mono_sec, raw_sec, wall_ns, cycle_last=10**15, mult=M26, tsc_offset=0, mono_offset=0,
            raw_offset=0):
    return dict(mono_sec=mono_sec, raw_sec=raw_sec, wall_ns=wall_ns, cycle_last=cycle_last,
                mult=mult, raw_mult=M26, tsc_offset=tsc_offset, mono_offset=mono_offset,
                raw_offset=raw_offset)


def host_ns(s, kind, tsc):
    delta = max(0, tsc - s["tsc_offset"] - s["cycle_last"])
    mult = s["raw_mult"] if kind == "raw" else s["mult"]
    return s[kind + "_sec"] * NS + clamp(floor(Fraction(delta * mult, 1 << 31)))


def transition(title, before, end, after, start, policy, gap=None):
    end_tsc = before["tsc_offset"] + before["cycle_last"] + end
    start_tsc = after["tsc_offset"] + after["cycle_last"] + start
    real = [min(host_ns(s, "mono", t) + s["wall_ns"], S64_MAX)
            for s, t in ((before, end_tsc), (after, start_tsc))]
    measured = max(0, real[1] - real[0])
    gap = measured if gap is None else gap
    counted = gap if policy.endswith("STEAL") else 0
    mono = host_ns(before, "mono", end_tsc) + before["mono_offset"]
    raw = host_ns(before, "raw", end_tsc) + before["raw_offset"]
    ok = 0 <= mono <= S64_MAX and 0 <= raw <= S64_MAX and mono + counted <= S64_MAX
    fields = dict(before=before, after=after, end_tsc=end_tsc % 2**64, start_tsc=start_tsc % 2**64,
                  measured_gap_ns=measured, gap_ns=gap, policy=policy, ok=ok)
    if ok:
        # the guest's clocks just after the transition, and the offsets that make them so
        fields.update(mono_offset=mono + counted - host_ns(after, "mono", start_tsc),
                      raw_offset=raw - host_ns(after, "raw", start_tsc),
                      mono_jump_ns=counted, boot_jump_ns=gap - counted)
    return title, fields


SUSPEND, STEAL = "HOSTCLOCK_GAP_SUSPEND", "HOSTCLOCK_GAP_STEAL"
WALL = 1750000000 * NS
A = timeline(1000, 1001, WALL, mono_offset=-990 * NS, raw_offset=-980 * NS)
TRANSITIONS = []
for policy, what in ((SUSPEND, "suspend"), (STEAL, "steal")):
    TRANSITIONS += [
        transition("%s: same host, nothing passed" % what, A, GHZ26, dict(A), GHZ26, policy),
        transition("%s: another host that is up for less" % what, A, GHZ26,
                   timeline(5, 6, WALL + 996 * NS), GHZ26, policy),
        transition("%s: another host that is up for longer" % what, A, GHZ26,
                   timeline(10**8, 10**8, WALL - 10**8 * NS + 1001 * NS), GHZ26, policy),
        transition("%s: 50 ms of downtime" % what, A, GHZ26,
                   timeline(2000, 2000, WALL - 1000 * NS + 50 * 10**6, tsc_offset=-10**12), GHZ26, policy),
        transition("%s: restored after 30 days" % what, A, 7,
                   timeline(1000, 1000, WALL + 30 * DAY * NS, tsc_offset=12345), 0, policy),
        transition("%s: restored after 200 years" % what, A, 7,
                   timeline(1000, 1000, WALL + 200 * YEAR * NS), 0, policy),
        transition("%s: the new host's clock is behind" % what, A, 7,
                   timeline(1000, 1000, WALL - 3600 * NS), 0, policy),
        transition("%s: a gap given, not measured" % what, A, 7,
                   timeline(7, 7, WALL), 0, policy, 12345),
        transition("%s: rates differ" % what, A, 3600 * GHZ26,
                   timeline(50, 50, WALL + 4550 * NS, mult=M26 + M26 // 2000), 3600 * GHZ26, policy),
        transition("%s: both timelines before their bases" % what, A, -5,
                   timeline(7, 7, WALL), -9, policy),
        transition("%s: the guest's counter wraps" % what, dict(A, tsc_offset=2**64 - 10**15 - 5),
                   10,
                   timeline(7, 7, WALL, tsc_offset=2**64 - 10**15 - 100), 50, policy),
        transition("%s: a gap beyond 63 bits" % what, A, 0, timeline(7, 7, WALL), 0, policy, 2**63),
        transition("%s: MONOTONIC negative before" % what, dict(A, mono_offset=-1001 * NS), 0,
                   timeline(7, 7, WALL), 0, policy),
        transition("%s: RAW negative before" % what, dict(A, raw_offset=-1002 * NS), 0,
                   timeline(7, 7, WALL), 0, policy),
    ]

header("transitions_table.py")
emit("leap_row", "leap_rows", LEAP)
emit("transition_row", "transition_rows", TRANSITIONS)
