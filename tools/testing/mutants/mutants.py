#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Plants defects in copies of the sources, one at a time, and shows that the tests notice.

usage: mutants.py BUILD_DIR [NAME...]

The last line is "N caught, N missed"; exit status 0 if none was missed. Tests that
do not pass without a defect are an error, and so is a defect that no longer applies.
"""
import os
import shutil
import subprocess
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
NATIVE = "tools/testing/native"
FLAGS = ("-std=gnu11 -O1 -w -D_GNU_SOURCE -fno-strict-aliasing -pthread "
         "-Ilib/include -Ilib/include/uapi").split()
READER, WRITER = "lib/include/hostclock/reader.h", "lib/include/hostclock/writer.h"
SEQUENCE = "lib/include/hostclock/sequence.h"
MATH = "lib/include/hostclock/math.h"
LINE, LINE_C = "lib/include/hostclock/line.h", "lib/hostclock/line.c"
EXPORT = "drivers/ptp/hostclock_export"
# Sources that a test's source includes.
INCLUDED = {"snapshot.c": "interleave", "params.c": "prop_export"}
DRIVER = "drivers/ptp/hostclock"
ACCEPTED = DRIVER + "/accepted.c"
SETS = DRIVER + "/sets.c"
SHIM = "jiffies kernel math64 minmax time64 bits compiler".split()

# Name, file, what stands there (once), what is put in its place.
MUTANTS = [
    ("shift off by one in the 128-bit path", READER,
     "hi <<= 32 - shift;", "hi <<= 31 - shift;"),
    ("carry of the base dropped", READER,
     "u64 carry = sum < lo;", "u64 carry = 0;"),
    ("elapsed time wraps instead of saturating", READER,
     "if (ns >> 63 || (ns + hi) >> 63)", "if (0)"),
    ("retry missed: any update is overlooked", SEQUENCE,
     "return (HOSTCLOCK_LE32(cp->seq) ^ seq) >> 1;", "return false;"),
    ("retry looks one bit too high", SEQUENCE,
     "return (HOSTCLOCK_LE32(cp->seq) ^ seq) >> 1;",
     "return (HOSTCLOCK_LE32(cp->seq) ^ seq) >> 2;"),
    ("fast retry missed", SEQUENCE,
     "return (end ^ seq) >> 1 || hostclock_page_live(cp);", "return false;"),
    ("LIVE: an update begun is overlooked", SEQUENCE,
     "return (end ^ seq) >> 1 || hostclock_page_live(cp);", "return (end ^ seq) >> 1;"),
    ("LIVE: readers wait for ever", SEQUENCE,
     "	       tsc - wait->since <= HOSTCLOCK_LIVE_WAIT &&\n", ""),
    ("LIVE: a reader waits for a writer that is none", SEQUENCE,
     "hostclock_live_retry(cp, seq) && hostclock_page_live(cp);", "hostclock_live_retry(cp, seq) | (seq & 1);"),
    ("LIVE: the counter is sampled before the page is seen to be odd", WRITER,
     "	smp_mb();\n", "	__asm__ __volatile__(\"\" : : : \"memory\");\n"),
    ("a set being overwritten passes for the previous one", READER,
     "retry |= HOSTCLOCK_LE32(cp->seq) != seq;", "retry |= false;"),
    ("newest and previous set confused", READER,
     "return &cp->params[((seq >> 1) & 1) ^ 1];", "return &cp->params[(seq >> 1) & 1];"),
    ("short path ignores the guest page's epoch", READER,
     "moved |= HOSTCLOCK_LE64(gp->epoch) ^ READ_ONCE(a->guest_epoch);", ""),
    ("writer fills the newest set", WRITER,
     "return &cp->params[((seq >> 1) & 1) ^ 1];", "return &cp->params[(seq >> 1) & 1];"),
    ("writer publishes without marking the update", WRITER,
     "	WRITE_ONCE(cp->seq, htole32(seq));\n", "	(void)seq;\n"),
    ("a counter long before both sets is answered", READER,
     "!hostclock_before_first(p, counter);", "true;"),
    ("guest page accepted while odd", SEQUENCE,
     "return (begin & 1) || HOSTCLOCK_LE32(*seq) != begin;",
     "return HOSTCLOCK_LE32(*seq) != begin;"),
    ("snapshot keeps the other set of a failed try", "lib/hostclock/snapshot.c",
     "		hostclock_zero(copy->params, sizeof(copy->params));\n", ""),
    ("a line starts below the one before it", LINE_C,
     "		*at = least;\n", "		;\n"),
    ("a line starts a fraction of a ns below the one before it", LINE_C,
     " || (!ahead && least.frac > at->frac)", ""),
    ("a line that was ahead stays so", LINE_C,
     "		scale = hostclock_slower(scale, ahead, horizon);\n", "		;\n"),
    ("a line falls below a steeper one before it", LINE_C,
     "	if (c->scale > scale)\n", "	if (0)\n"),
    ("a line that slows down falls below the one before it", LINE_C,
     "	gain = hostclock_gain(prev, scale, overlap);\n", ""),
    ("a line forgets a carry when it continues another", LINE_C,
     " + (least.frac < gain.frac)", ""),
    ("a line loses the fraction of a ns", LINE_C,
     "missing = at.frac - hostclock_mul(start, c->scale).lo;", "missing = 0;"),
    ("a line's fraction is rounded down", LINE_C,
     "		c->scale++;\n", ""),
    ("a line forgets the next ns that it was rounded up to", LINE_C,
     "		at.ns++;\n", ""),
    ("a line for a tick of 1 ns", LINE_C, " || mult >> shift", ""),
    ("lines: newest and other confused", LINE, "newest = &lp->line[(seq >> 1) & 1];",
     "newest = &lp->line[((seq >> 1) & 1) ^ 1];"),
    ("lines: one being overwritten passes for the other", LINE,
     "	if (seq & 1) {\n		*ns = hostclock_course_ns", "	if (0) {\n		*ns = hostclock_course_ns"),
    ("lines: the epoch is not looked at", LINE,
     "return HOSTCLOCK_LE64(line->epoch) == epoch;", "return true;"),
    ("lines: an update is overlooked", LINE,
     "return HOSTCLOCK_LE32(lp->seq) != seq;", "return false;"),
    ("lines: the vDSO stays open", LINE,
     "	WRITE_ONCE(lp->tsc_sequence, 0);\n", ""),
    ("lines: the vDSO goes over, the kernel does not", LINE,
     "	hostclock_line_close(lp);\n	hostclock_line_publish(lp, seq);\n", "	hostclock_line_close(lp);\n"),
    ("borrow across the second dropped", "lib/hostclock/clocks.c",
     "		t.sec--;\n", ""),
    ("carry across the second dropped", "lib/hostclock/clocks.c",
     "		d.sec++;\n", ""),
    ("sign of the TAI offset flipped", "lib/hostclock/clocks.c",
     "						     (s32)HOSTCLOCK_LE32(p->tai_offset_sec));",
     "						     -(s32)HOSTCLOCK_LE32(p->tai_offset_sec));"),
    ("offset on MONOTONIC forgotten for BOOTTIME", "lib/hostclock/clocks.c",
     "clocks->boottime = hostclock_time_add(clocks->monotonic,",
     "clocks->boottime = hostclock_time_add(host,"),
    ("deadline rounded down: early", "lib/hostclock/clocks.c",
     "delta = hostclock_div_up(target, mult);", "delta = hostclock_div(target, mult, NULL);"),
    ("deadline forgets the base's fraction's borrow", "lib/hostclock/clocks.c",
     "	target.hi -= target.lo < snsec;\n", ""),
    ("error bound rounded down", "lib/hostclock/clocks.c",
     "return hostclock_div_up(hostclock_mul(age_ns, rate_ppb),",
     "return hostclock_div_near(hostclock_mul(age_ns, rate_ppb),"),
    ("validity off by one", "lib/hostclock/clocks.c",
     "quality->age_ns <= HOSTCLOCK_LE64(p->valid_ns)", "quality->age_ns < HOSTCLOCK_LE64(p->valid_ns)"),
    ("max_cycles off by one", "lib/hostclock/mult_shift.c",
     "div64_u64(~0ULL - snsec, mult)", "(div64_u64(~0ULL - snsec, mult) + 1)"),
    ("a gap's time not counted", "lib/hostclock/continuity.c",
     "after->mono_offset = mono + counted -", "after->mono_offset = mono -"),
    ("leap smeared the wrong way", "lib/hostclock/leap.c",
     "piece->slew = leap->insert ? -1 : 1;", "piece->slew = leap->insert ? 1 : -1;"),
    ("smear a second too short", "lib/hostclock/leap.c",
     "leap->insert ? 86401 : 86399", "leap->insert ? 86400 : 86399"),
    ("vmclock period rounded down", "lib/hostclock/vmclock.c",
     "*period = hostclock_div_near(hostclock_shl(n, up), HOSTCLOCK_NSEC_PER_SEC);",
     "*period = hostclock_div(hostclock_shl(n, up), HOSTCLOCK_NSEC_PER_SEC, NULL);"),
    ("vmclock's TAI offset added to UTC", "lib/hostclock/vmclock.c",
     "hostclock_sadd_sat(t.sec, -offset)", "hostclock_sadd_sat(t.sec, offset)"),
    ("RAW to MONOTONIC by the inverse ratio", "lib/hostclock/raw_mono.c",
     "return hostclock_convert(raw_ns, rm->raw_ns, rm->mono_ns, rm->mult_m,\n				 rm->mult_r,",
     "return hostclock_convert(raw_ns, rm->raw_ns, rm->mono_ns, rm->mult_r,\n				 rm->mult_m,"),
    ("different bases accepted", "lib/hostclock/raw_mono.c",
     "return rm->base_m == rm->base_r && ", "return "),
    ("product's middle carry dropped", MATH,
     "u64 mid = (ll >> 32) + (u32)lh + (u32)hl;", "u64 mid = (u32)((ll >> 32) + (u32)lh + (u32)hl);"),
    ("pvclock's right shift forgotten", "lib/hostclock/pvclock.c",
     "delta >>= -(u32)pv->tsc_shift & 31;", ";"),
    ("export: RAW's rate is MONOTONIC's", EXPORT + "/params.c",
     "p->raw_snsec += delta * p->raw_mult;", "p->raw_snsec += delta * p->mult;"),
    ("export: a line begins where it overflows", EXPORT + "/params.c",
     " || delta > hcx_params_max_cycles(p)", ""),
    ("export: age rounded down", EXPORT + "/params.c", " * 1000 + 1000;", " * 1000;"),
    ("a validation rule gone: mono_snsec", "lib/hostclock/validate.c",
     "if (mono_snsec >= snsec_end)", "if (mono_snsec > snsec_end)"),
    ("parameters may set a clock back by a third more", ACCEPTED,
     "#define HOSTCLOCK_MAX_BACK_NS	12000", "#define HOSTCLOCK_MAX_BACK_NS	16000"),
    ("readings may run ahead by two thirds more", ACCEPTED,
     "#define HOSTCLOCK_MAX_AHEAD_NS	12000", "#define HOSTCLOCK_MAX_AHEAD_NS	20000"),
    ("how far readings were ahead is forgotten", ACCEPTED,
     "return max_t(s64, ahead_ns, rb->ahead_ns[which]);", "return ahead_ns;"),
    ("how far readings are ahead by now is forgotten", ACCEPTED,
     "return max_t(s64, ahead_ns, rb->ahead_ns[which]);", "return rb->ahead_ns[which];"),
    ("readings not held from going back", ACCEPTED, "		return low;", "		return ns;"),
    ("readings not held from running ahead", ACCEPTED,
     "return held.ns + HOSTCLOCK_MAX_AHEAD_NS;", "return ns;"),
    ("a clock that programs read counts as unread", ACCEPTED,
     "if (since_ns <= HOSTCLOCK_BASE_VALID_NS || !hostclock_vdso_unread())",
     "if (since_ns <= HOSTCLOCK_BASE_VALID_NS)"),
    ("a base renewed below the old one", ACCEPTED,
     "hostclock_convertible(which, own_ns) && (s64)(own_ns - ns) > 0)",
     "hostclock_convertible(which, own_ns))"),
    ("a slew that is seen late is a jump", ACCEPTED,
     "return hostclock_both_continue(rb, params, tsc, true);",
     "return hostclock_both_continue(rb, params, tsc, false);"),
    ("a tick by older parameters counts as one by the page's", ACCEPTED,
     "bool in_force = hostclock_params_in_force(rb, tsc);", "bool in_force = true;"),
    ("a tick that holds readings counts as one by the page", ACCEPTED,
     "		in_force &= ns == own_ns;\n", ""),
    ("readings held from running ahead need no resync", ACCEPTED,
     "		if (hostclock_own_counter(rb, which, tsc) !=\n", "		if (hostclock_own_counter(rb, which, tsc) <\n"),
    ("parameters are followed by others that do not join them", SETS,
     "	    !hostclock_params_join(previous, params))", "	    0)"),
    ("those before parameters are used though these have not begun", SETS,
     "(s64)(counter - le64_to_cpu(params->cycle_last)) < 0 ||", "0 ||"),
    ("parameters that began long ago are late time and again", SETS,
     "	       a->mono_sec == b->mono_sec && a->mono_snsec == b->mono_snsec &&\n", ""),
    ("rates drift apart by a per mille less than they can", ACCEPTED,
     "slowest = USEC_PER_SEC - ppm;", "slowest = USEC_PER_SEC;"),
    ("newer parameters that have begun are overlooked", DRIVER + "/read_base.h",
     "return seq >> 1 == rb->count ||", "return true ||"),
    ("the vDSO's slack four times as large", "lib/include/hostclock/vdso.h",
     "#define HOSTCLOCK_VDSO_SLACK_NS		2048", "#define HOSTCLOCK_VDSO_SLACK_NS		8192"),
    ("a validation rule gone: rate tolerance doubled", "lib/include/hostclock/validate.h",
     "#define HOSTCLOCK_RATE_TOLERANCE_SHIFT	3", "#define HOSTCLOCK_RATE_TOLERANCE_SHIFT	2"),
]


def die(text):
    sys.exit("mutants: " + text)


def sources(tree, directory, prefix=""):
    names = sorted(os.listdir(os.path.join(tree, directory)))
    return [os.path.join(directory, n) for n in names
            if n.startswith(prefix) and n.endswith(".c") and n != "module.c"]


def compile_all(tree, files, objects):
    """Compiles what has no object yet, two at a time."""
    running = []
    for source in files:
        target = os.path.join(objects, source.replace("/", "_") + ".o")
        if os.path.exists(target):
            continue
        if len(running) == 2 and running.pop(0).wait():
            die("does not compile")
        running.append(subprocess.Popen(["cc", *FLAGS, "-c", source, "-o", target], cwd=tree))
    for process in running:
        if process.wait():
            die("does not compile")


def link(objects, name, files, tree):
    parts = [os.path.join(objects, f.replace("/", "_") + ".o") for f in files]
    program = os.path.join(objects, name)
    if subprocess.call(["cc", "-pthread", *parts, "-o", program], cwd=tree):
        die("does not link")
    return program


def build_held(tree, objects):
    """The driver's own code, which includes headers of the kernel that are empty here."""
    os.makedirs(os.path.join(objects, "shim/linux"), exist_ok=True)
    for name in SHIM:
        with open(os.path.join(objects, "shim/linux", name + ".h"), "w"):
            pass
    program = os.path.join(objects, "held")
    if subprocess.call(["cc", *FLAGS, "-O2", "-I" + objects + "/shim", "-iquote", DRIVER,
                        NATIVE + "/held.c", "-o", program], cwd=tree):
        die("does not compile")
    return program


def run_tests(tree, objects):
    """The first complaint of the tests, or None."""
    lib = sources(tree, "lib/hostclock")
    prop = sources(tree, NATIVE, "prop")
    single = [NATIVE + "/" + n for n in ("edges.c", "interleave.c", "live.c", "claim.c")]
    compile_all(tree, lib + prop + single, objects)
    for name, files, arguments in (("held", None, ["--cases", "20000"]),
                                   ("edges", single[:1], []), ("interleave", single[1:2], []),
                                   ("live", single[2:3], []), ("claim", single[3:], []),
                                   ("properties", prop, ["--cases", "50000"])):
        program = link(objects, name, files + lib, tree) if files else build_held(tree, objects)
        try:
            result = subprocess.run([program, *arguments], capture_output=True, text=True,
                                    timeout=120)
        except subprocess.TimeoutExpired:
            return name + ": does not end"
        if result.returncode:
            lines = [l for l in result.stdout.splitlines() if l.startswith("not ok")]
            return "%s: %s" % (name, lines[0][9:] if lines else "crashed")
    return None


def plant(tree, path, old, new, name):
    with open(os.path.join(TOP, path)) as f:
        text = f.read()
    if text.count(old) != 1:
        die("'%s' fits %s %d times, not once" % (name, path, text.count(old)))
    with open(os.path.join(tree, path), "w") as f:
        f.write(text.replace(old, new))


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        return 0 if "--help" in sys.argv else 64
    tree = os.path.join(os.path.abspath(sys.argv[1]), "mutants")
    clean, objects = os.path.join(tree, "clean"), os.path.join(tree, "objects")
    shutil.rmtree(tree, ignore_errors=True)
    for part in ("lib", NATIVE, DRIVER, EXPORT):
        shutil.copytree(os.path.join(TOP, part), os.path.join(tree, part))
    os.makedirs(clean)
    complaint = run_tests(tree, clean)
    if complaint:
        die("the tests do not pass without a defect: " + complaint)
    missed = 0
    chosen = [m for m in MUTANTS if not sys.argv[2:] or m[0] in sys.argv[2:]]
    for name, path, old, new in chosen:
        plant(tree, path, old, new, name)
        shutil.rmtree(objects, ignore_errors=True)
        os.makedirs(objects)
        if path.endswith(".c"):
            for made in os.listdir(clean):
                keep = made.endswith(".o") and path.replace("/", "_") not in made
                includer = INCLUDED.get(os.path.basename(path))
                if keep and not (includer and includer in made):
                    os.link(os.path.join(clean, made), os.path.join(objects, made))
        complaint = run_tests(tree, objects)
        missed += not complaint
        print("%s - %s: %s" % ("caught" if complaint else "MISSED", name,
                               complaint or "all tests pass"), flush=True)
        shutil.copy(os.path.join(TOP, path), os.path.join(tree, path))
    shutil.rmtree(tree)
    print("%d caught, %d missed" % (len(chosen) - missed, missed))
    return 1 if missed or not chosen else 0


sys.exit(main())
