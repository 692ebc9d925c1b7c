# SPDX-License-Identifier: GPL-2.0
"""What tools/plot/measure's guests recorded: tables, and a summary.

argv: the directory to write to. The guests' output is on standard input.
"""

import json
import os
import sys

# In the order of the plot's lines: what is drawn later is on top.
NAMES = {
    "kvm-clock": "kvm-clock alone",
    "kvm-clock+realtime": "kvm-clock, set ahead by the VMM (KVM_CLOCK_REALTIME)",
    "kvm-clock+agent": "kvm-clock, set by an agent from ptp_kvm, once",
    "kvm-clock+chronyd": "kvm-clock, chronyd on ptp_kvm, makestep 1 3",
    "kvm-clock+chronyd-step": "kvm-clock, chronyd on ptp_kvm, makestep 1 -1",
    "tsc+chronyd-step": "TSC, chronyd on PHC, makestep 1 -1",
    "tsc+chronyd-step+notify": "TSC, chronyd on PHC, makestep 1 -1, hostclock-notify",
    "hostclock": "hostclock",
}
# Whose clocks go on by themselves once they are set
UNKEPT = ["kvm-clock", "kvm-clock+realtime", "kvm-clock+agent"]
HOUR_S = 3600
LIMITS_NS = {"1us": 1000, "1ms": 1000000}
# What nobody sees in the plot: parts of the error, and of the time.
SAME = 0.01
LONG = 1.2


def error_ns(low, high):
    """What is nearest to 0 of that which the error may be."""
    return low if low > 0 else min(high, 0)


def wrong_until_s(samples, limit_ns):
    """When the error was last above the limit; None if it still is at the end."""
    wrong = [i for i, (_, low, high) in enumerate(samples)
             if abs(error_ns(low, high)) > limit_ns]
    if not wrong:
        return 0
    if wrong[-1] == len(samples) - 1:
        return None
    return samples[wrong[-1] + 1][0] / 1e9


def drift_ns(samples):
    """What is added to the error in an hour, as in the second half of the time."""
    until_s = samples[-1][0] / 1e9
    half = next(s for s in samples if s[0] / 1e9 >= until_s / 2)
    added = error_ns(*samples[-1][1:]) - error_ns(*half[1:])
    return added * HOUR_S / (until_s - half[0] / 1e9)


def summarize(name, record):
    samples = record["samples"]
    return {
        "gap_s": record["host"] / 1e9,
        "before_ns": error_ns(*record["last"]),
        "first_ns": error_ns(*samples[0][1:]),
        "last_ns": error_ns(*samples[-1][1:]),
        "worst_ns": max((error_ns(*s[1:]) for s in samples), key=abs),
        "watched_s": samples[-1][0] / 1e9,
        "samples": len(samples),
        "wrong_samples": sum(error_ns(*s[1:]) != 0 for s in samples),
        "monotonic_jump_ns": record["advance"]["MONOTONIC"],
        "timers_due": record["due"],
        "added_in_an_hour_ns": drift_ns(samples) if name in UNKEPT else None,
        **{f"wrong_by_{name}_for_s": wrong_until_s(samples, limit_ns)
           for name, limit_ns in LIMITS_NS.items()},
    }


def read(lines):
    records = {}
    for line in lines:
        words = line.split()
        if words[:1] != ["record"]:
            continue
        _, name, what, *values = words
        record = records.setdefault(name, {"samples": [], "advance": {}})
        if what == "sample":
            record["samples"].append(tuple(map(int, values)))
        elif what == "advance":
            record["advance"][values[0]] = int(values[1])
        elif what in ("host", "due"):
            record[what] = int(values[0])
        elif what == "last":
            record["last"] = tuple(map(int, values))
    return records


def seconds(ns):
    """In three digits, and a unit."""
    if ns == 0:
        return "0"
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(ns) >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns} ns"


def duration(s, watched_s):
    if s is None:
        return f"more than {watched_s:.0f} s"
    return seconds(s * 1e9)


def table(summary):
    rows = [("guest's clock", "first read", "wrong by > 1 ms for", "by > 1 µs for",
             "at the end", "added in an hour", "MONOTONIC advanced by", "timers due at once")]
    rows += [(NAMES[name], seconds(s["first_ns"]),
              duration(s["wrong_by_1ms_for_s"], s["watched_s"]),
              duration(s["wrong_by_1us_for_s"], s["watched_s"]),
              seconds(s["last_ns"]),
              "-" if s["added_in_an_hour_ns"] is None else seconds(s["added_in_an_hour_ns"]),
              seconds(s["monotonic_jump_ns"]), str(s["timers_due"]))
             for name, s in summary.items()]
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in rows)


def write_samples(path, record):
    with open(path, "w", encoding="ascii") as f:
        print("seconds,low_ns,high_ns", file=f)
        for at_ns, low, high in record["samples"]:
            print(f"{at_ns / 1e9:.9f},{low},{high}", file=f)


def line(samples):
    """The points of it at which it is to be seen that it bends."""
    points = [(at_ns / 1e9, abs(error_ns(low, high)) / 1e9)
              for at_ns, low, high in samples]
    kept = [points[0]]
    for before, point in zip(points, points[1:]):
        if abs(point[1] - kept[-1][1]) > SAME * kept[-1][1]:
            kept += [before, point]
        elif point[0] > LONG * kept[-1][0]:
            kept.append(point)
    return kept + [points[-1]]


def write_lines(path, records):
    with open(path, "w", encoding="ascii") as f:
        for name, title in NAMES.items():
            print(f'"{title}"', file=f)
            for at_s, error_s in line(records[name]["samples"]):
                print(f"{at_s:.9f} {error_s:.9f}", file=f)
            print("\n", file=f)


def main():
    records = read(sys.stdin)
    if set(records) != set(NAMES):
        sys.exit(f"records of {', '.join(records)}, not of {', '.join(NAMES)}")
    directory = sys.argv[1]
    for name, record in records.items():
        write_samples(os.path.join(directory, f"{name}.csv"), record)
    write_lines(os.path.join(directory, "restore.dat"), records)
    summary = {name: summarize(name, records[name]) for name in reversed(NAMES)}
    with open(os.path.join(directory, "summary.json"), "w", encoding="ascii") as f:
        json.dump(summary, f, indent=1)
    gaps = [s["gap_s"] for s in summary.values()]
    print(f"Restored {min(gaps):.1f} to {max(gaps):.1f} s after they were stopped:\n")
    print(table(summary))


main()
