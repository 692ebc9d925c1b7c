#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Expected values of hostclock_forms_kunit.c: TSC scaling, RAW to MONOTONIC, pvclock."""
from exact import *

DAY = 86400
M64 = 2**64


def tsc(title, ratio, frac_bits, offset, host):
    """What the guest reads; the first host value that gives as much or more."""
    guest = (floor(Fraction(host * ratio, 1 << frac_bits)) + offset) % M64
    scaled = (guest - offset) % M64
    back = ceil(Fraction(scaled << frac_bits, ratio))
    fields = dict(ratio=ratio, frac_bits=frac_bits, offset=offset % M64, host=host,
                  guest=guest, back_ok=back < M64)
    fields["back"] = min(back, U64_MAX)
    return title, fields


def ratio(guest_hz, host_hz, frac_bits):
    return floor(Fraction(guest_hz << frac_bits, host_hz))


VMX, SVM = 48, 32
TSC = [
    tsc("unscaled, no offset", 1 << VMX, VMX, 0, 123456789),
    tsc("unscaled, KVM's usual negative offset", 1 << VMX, VMX, -123456789012, 123456789012 + 5),
    tsc("unscaled, the guest's counter wraps", 1 << SVM, SVM, 2**64 - 10, 100),
    tsc("Intel, 2.6 to 1 GHz", ratio(NS, 2600 * 10**6, VMX), VMX, 0, 2600 * 10**6),
    tsc("Intel, 2.6 to 1 GHz, after a year", ratio(NS, 2600 * 10**6, VMX), VMX, -777,
        365 * DAY * 2600 * 10**6),
    tsc("AMD, 3 to 1 GHz", ratio(NS, 3 * NS, SVM), SVM, -5, 3 * NS),
    tsc("AMD, 3 to 1 GHz, after a year", ratio(NS, 3 * NS, SVM), SVM, -5, 365 * DAY * 3 * NS),
    tsc("AMD, 1.9 to 2.5 GHz", ratio(2500 * 10**6, 1900 * 10**6, SVM), SVM, 99, 1900 * 10**6 + 1),
    tsc("Intel, half the frequency, an odd count", 1 << (VMX - 1), VMX, 0, 7),
    tsc("Intel, the greatest ratio", U64_MAX, VMX, 0, 65535),
    tsc("no fraction bits", 3, 0, 0, 5),
    tsc("63 fraction bits", 1 << 62, 63, 0, 2**63),
    tsc("the greatest host value", 1 << VMX, VMX, 0, U64_MAX),
]


def raw_mono(title, raw, mult_m, mult_r, mono_ns=100 * NS, raw_ns=101 * NS):
    to = mono_ns + Fraction((raw - raw_ns) * mult_m, mult_r)
    back = raw_ns + Fraction((raw - mono_ns) * mult_r, mult_m)
    fields = dict(mult_m=mult_m, mult_r=mult_r, mono_ns=mono_ns, raw_ns=raw_ns, ns=raw)
    for name, x in (("mono", to), ("raw", back)):
        for rounding, value in (("down", floor(x)), ("up", ceil(x))):
            ok = 0 <= value <= S64_MAX
            fields["%s_%s_ok" % (name, rounding)] = ok
            if ok:
                fields["%s_%s" % (name, rounding)] = value
    return title, fields


M = nearest(Fraction(NS << 31, 2600 * 10**6))
RAW_MONO = [
    raw_mono("at the base", 101 * NS, M, M),
    raw_mono("a second later, same rate", 102 * NS, M, M),
    raw_mono("a second later, 500 ppm fast", 102 * NS, M + M // 2000, M),
    raw_mono("a second later, 500 ppm slow", 102 * NS, M - M // 2000, M),
    raw_mono("1 ns later", 101 * NS + 1, M + 1, M),
    raw_mono("1 ns earlier", 101 * NS - 1, M + 1, M),
    raw_mono("a second earlier", 100 * NS, M + M // 2000, M),
    raw_mono("10 s later, 10 % fast", 111 * NS, M + M // 10, M),
    raw_mono("30 days later", 30 * DAY * NS, M - 7, M),
    raw_mono("200 years later", 200 * 365 * DAY * NS, M + 7, M),
    raw_mono("before MONOTONIC's zero", 10**6, 3 * M, M),
    raw_mono("beyond 2^63 ns", S64_MAX, M + M // 10, M),
    raw_mono("the greatest value there is", U64_MAX, M, M),
    raw_mono("the least multiplier by the greatest", 102 * NS, 1, 2**32 - 1),
    raw_mono("the greatest multiplier by the least", 101 * NS + 5, 2**32 - 1, 1),
]


def pv_ns(pv, delta):
    shift = pv["tsc_shift"]
    d = (delta << shift) % M64 if shift >= 0 else delta >> -shift
    return (pv["system_time"] + (d * pv["mul"] >> 32)) % M64


def to_pvclock(title, mult, shift, delta, mono_sec=100, mono_snsec=0):
    """Exact rate: the least left shift for which the multiplier fits 32 bits."""
    rate = Fraction(mult, 1 << shift)
    tsc_shift = 0
    while rate / Fraction(2)**tsc_shift * 2**32 > U64_MAX >> 32:
        tsc_shift += 1
    mul = rate / Fraction(2)**tsc_shift * 2**32
    assert mul.denominator == 1
    system = mono_sec * NS + (mono_snsec >> shift)
    pv = dict(system_time=system, mul=int(mul), tsc_shift=tsc_shift)
    ours = mono_sec * NS + floor(Fraction(delta * mult + mono_snsec, 1 << shift))
    theirs = pv_ns(pv, delta)
    assert 0 <= ours - theirs <= 1
    return title, dict(mult=mult, shift=shift, mono_sec=mono_sec, mono_snsec=mono_snsec,
                       delta=delta, ours=ours, theirs=theirs, **pv)


TO_PVCLOCK = [
    to_pvclock("2.6 GHz, at the base", M, 31, 0),
    to_pvclock("2.6 GHz, a second later", M, 31, 2600 * 10**6),
    to_pvclock("2.6 GHz, the base's fraction is lost", M, 31, 3, mono_snsec=(8 << 31) - 1),
    to_pvclock("2.6 GHz, a day later", M, 31, DAY * 2600 * 10**6),
    to_pvclock("1 GHz", 1 << 31, 31, 12345678901),
    to_pvclock("just above 1 ns a count", (1 << 31) + 1, 31, 10**12),
    to_pvclock("24 MHz: a left shift", nearest(Fraction(NS << 26, 24 * 10**6)), 26, 10**9),
    to_pvclock("1 MHz", 1000 << 21, 21, 10**9 + 1),
    to_pvclock("shift 1", 2, 1, 10**9),
    to_pvclock("10 GHz", nearest(Fraction(NS << 31, 10**10)), 31, 10**15),
]


def from_pvclock(title, mul, tsc_shift, delta, system=100 * NS + 5):
    """Exact rate but for the bits of the multiplier below shift 31."""
    shift = 32 - tsc_shift
    mult = mul
    if shift > 31:
        mult, shift = mul >> (shift - 31), 31
    fields = dict(mul=mul, tsc_shift=tsc_shift, system_time=system, delta=delta,
                  ok=mult > 0 and -31 <= tsc_shift <= 31)
    if fields["ok"]:
        fields.update(mult=mult, shift=shift, mono_sec=system // NS,
                      mono_snsec=(system % NS) << shift,
                      theirs=pv_ns(dict(system_time=system, mul=mul, tsc_shift=tsc_shift), delta),
                      ours=system + floor(Fraction(delta * mult, 1 << shift)))
    return title, fields


FROM_PVCLOCK = [
    from_pvclock("kvm-clock at 2.6 GHz: a right shift of 1", 3303820996, -1, 2600 * 10**6),
    from_pvclock("the same, an odd count that pvclock does not see", 3303820996, -1, 1),
    from_pvclock("kvm-clock at 1 GHz", 1 << 31, 1, NS),
    from_pvclock("1 GHz without a shift", 2**32 - 1, 0, NS),
    from_pvclock("kvm-clock at 24 MHz", 2796202667, 6, 24 * 10**6),
    from_pvclock("a left shift of 31", 1 << 31, 31, 3),
    from_pvclock("a right shift of 31", 2**32 - 1, -31, 2**40),
    from_pvclock("nothing is left of the multiplier", 3, -31, 1),
    from_pvclock("a left shift of 32", 1 << 31, 32, 1),
    from_pvclock("a right shift of 32", 1 << 31, -32, 1),
    from_pvclock("multiplier 0", 0, 0, 1),
]

header("forms_table.py")
emit("tsc_row", "tsc_rows", TSC)
emit("raw_mono_row", "raw_mono_rows", RAW_MONO)
emit("to_pvclock_row", "to_pvclock_rows", TO_PVCLOCK)
emit("from_pvclock_row", "from_pvclock_rows", FROM_PVCLOCK)
