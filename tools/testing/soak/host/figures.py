# SPDX-License-Identifier: GPL-2.0
"""Memory that is to be flat: figures sampled over time, and their trend."""

import statistics

# Of the time of a series, at its beginning, that does not count
WARM_UP = 0.1
# What a figure may grow by from the end of that on, KiB: by its straight-line trend.
# Guests free and cache as they please; an hour has some 1000 resyncs and 400 moves of
# each, so that 100 bytes lost in each of them are told from nothing in Slab.
TOLERANCE_KIB = {
    "MemUsed": 2048,
    "Slab": 256,
    "KernelStack": 128,
    "PageTables": 64,
    "VmallocUsed": 128,
    "Percpu": 16,
    "hostclockd": 32,
}
# What a series must have to say anything; hostclockd starts with little and gets what
# it needs in the first 100 events or so.
LEAST_SAMPLES = {"hostclockd": 200}
LEAST_SAMPLES_ELSE = 10


def growth(samples):
    """What (time, value) samples grow by after warm-up; and first and last of them."""
    begin, end = samples[0][0], samples[-1][0]
    kept = [s for s in samples if s[0] >= begin + (end - begin) * WARM_UP]
    times, values = zip(*kept)
    slope = statistics.linear_regression(times, values).slope
    return slope * (times[-1] - times[0]), values[0], values[-1]


class Figures:
    """Series of samples, by name."""

    def __init__(self):
        self.series = {}

    def add(self, time, name, value):
        self.series.setdefault(name, []).append((time, value))

    def add_guest(self, time, label, answer):
        for name in ("Slab", "KernelStack", "PageTables", "VmallocUsed", "Percpu"):
            self.add(time, f"{label} {name}", int(answer[name]))
        self.add(time, f"{label} MemUsed",
                 int(answer["MemTotal"]) - int(answer["MemAvailable"]))

    def judge(self, result):
        """result(good, name, why), of each that there is enough of. Kinds of those."""
        judged, short = set(), {}
        for name, samples in sorted(self.series.items()):
            kind = name.split()[-1]
            if len(samples) < LEAST_SAMPLES.get(kind, LEAST_SAMPLES_ELSE):
                short.setdefault(kind, []).append(len(samples))
                continue
            judged.add(kind)
            grown, first, last = growth(samples)
            tolerance = TOLERANCE_KIB[kind]
            print(f"# {name}: {first} to {last} KiB in {len(samples)} samples, trend "
                  f"{grown:+.1f} KiB")
            result(grown <= tolerance, f"{name} is flat",
                   f"grew by {grown:.1f} KiB, more than {tolerance}")
        for kind, counts in short.items():
            print(f"skip - {len(counts)} series of {kind} are flat: of at most {max(counts)} "
                  f"samples, not {LEAST_SAMPLES.get(kind, LEAST_SAMPLES_ELSE)}")
        return judged
