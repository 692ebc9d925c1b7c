# SPDX-License-Identifier: GPL-2.0
"""
The verdict on readings made around an event, by what the host published.

A reading lies between two readings of the TSC. It is right if it is what the
host's pages say of some TSC value in between; for MONOTONIC, RAW and BOOTTIME, plus
a constant that the readings before the event tell.
"""

import bisect
from collections import namedtuple

from ring import CLOCKS, READERS, SIGNAL_CLOCK, SIGNALS, unpack

# Files have the time of the last tick; an emulated one on a busy host may be very late.
TICKS_NS = 2000000000

ABSOLUTE = ("REALTIME", "TAI")

# From a guest TSC value on: the set that holds, the TSC's offset to its counter, and
# what MONOTONIC and RAW do not count of gaps so far.
Segment = namedtuple("Segment", "tsc offset mono_lag raw_lag")


class Piece:
    """One set, in guest terms"""

    def __init__(self, start, params, segment):
        self.start = start
        self.base = params.cycle_last + segment.offset
        self.terms = []
        for clock in CLOCKS:
            if clock == "RAW":
                ns = params.raw_sec * 10**9 - segment.raw_lag
                self.terms.append((params.raw_mult, params.raw_snsec, params.shift, ns))
                continue
            ns = params.mono_sec * 10**9 + params.offset_ns(clock)
            if clock == "MONOTONIC":
                ns -= segment.mono_lag
            self.terms.append((params.mult, params.mono_snsec, params.shift, ns))

    def read(self, clock, tsc):
        mult, snsec, shift, ns = self.terms[clock]
        return ((tsc - self.base) * mult + snsec >> shift) + ns


class Truth:
    """What the host's clocks are at a guest TSC value"""

    def __init__(self, segments, sets):
        self.pieces, self.held_sets = [], []
        for segment, after in zip(segments, (*segments[1:], None)):
            for i, params in enumerate(sets):
                start = params.cycle_last + segment.offset
                end = sets[i + 1].cycle_last + segment.offset \
                    if i + 1 < len(sets) else None
                if end is not None and end <= segment.tsc or \
                        after and start >= after.tsc:
                    continue
                self.pieces.append(Piece(max(start, segment.tsc), params, segment))
                self.held_sets.append((segment.tsc, params))
        self.starts = [piece.start for piece in self.pieces]

    def index(self, tsc):
        return max(bisect.bisect_right(self.starts, tsc) - 1, 0)

    def unsure(self, first, last):
        """
        From one TSC value to another: may there have been sets that the log lacks?
        Not if the clock is the same before and after them.
        """
        last = self.index(last)
        for i in range(self.index(first), min(last + 1, len(self.pieces) - 1)):
            (segment, params), (its, later) = self.held_sets[i:i + 2]
            if segment == its and params.lacks_any(later):
                return True
        return False

    def spans(self, clock, before, after):
        """
        The intervals of what a clock was between two TSC values. QEMU stops the TSC
        a little before the guest, which so reads it where a gap begins from before.
        """
        first, last = self.index(before - 1), self.index(after)
        if first == last:
            piece = self.pieces[first]
            return [(piece.read(clock, before), piece.read(clock, after))]
        return [(self.pieces[i].read(clock, max(before, self.starts[i])),
                 self.pieces[i].read(clock, min(after, self.starts[i + 1])
                                     if i < last else after))
                for i in range(first, last + 1)]

    def held(self, clock, before, after, jump, ran_on):
        """
        The interval by what held before a jump; the TSC ran on for that long while
        the guest did not run.
        """
        piece = self.pieces[self.index(jump - ran_on - 1)]
        return piece.read(clock, before - ran_on), piece.read(clock, after - ran_on)


def distance(value, spans, low, high):
    """From the nearest of the spans, which are shifted by low to high; 0: within"""
    best = None
    for first, last in spans:
        error = 0
        if value > last + high:
            error = value - last - high
        elif value < first + low:
            error = value - first - low
        if best is None or abs(error) < abs(best):
            best = error
    return best


class Constants:
    """By how much the guest's clocks are ahead of the host's: low to high"""

    def __init__(self, truth, readings, event):
        self.low, self.high = {}, {}
        self.contradicted = set()	# by the vDSO's readings of before, by name
        vdso = {}, {}
        for before, after, value, clock, reader in readings:
            if after >= event or clock >= SIGNAL_CLOCK or CLOCKS[clock] in ABSOLUTE:
                continue
            first, last = truth.index(before), truth.index(after)
            if first != last or truth.unsure(before, after):
                continue
            piece = truth.pieces[first]
            low = value - piece.read(clock, after)
            high = value - piece.read(clock, before)
            self.narrow(self.low, self.high, clock, low, high)
            if READERS[reader] == "vdso":
                self.narrow(*vdso, clock, low, high)
        for clock, name in enumerate(CLOCKS):
            if name in ABSOLUTE:
                self.low[clock] = self.high[clock] = 0
            elif clock in vdso[0] and self.low[clock] > self.high[clock]:
                # Some reader is wrong already: it is the others that are judged.
                if vdso[0][clock] > vdso[1][clock]:
                    self.contradicted.add(name)
                self.low[clock], self.high[clock] = sorted(
                    (vdso[0][clock], vdso[1][clock]))

    @staticmethod
    def narrow(lows, highs, clock, low, high):
        lows[clock] = max(lows.get(clock, low), low)
        highs[clock] = min(highs.get(clock, high), high)

    def width(self, name):
        clock = CLOCKS.index(name)
        return self.high[clock] - self.low[clock] if clock in self.low else None


class Cell:
    """The verdict on one clock as one reader sees it"""

    def __init__(self):
        self.before = self.after = self.wrong = self.worst = 0
        self.first = self.last = self.last_wrong = None	# TSC values after the event
        self.early = 0	# wrong readings before the event
        self.ahead = 0	# and such as were ahead of the truth
        self.worst_at = None	# its place among the readings

    def note(self, at, before, after, error, event):
        if after < event:
            self.before += 1
            self.early += bool(error)
        else:
            self.after += 1
            self.first = self.first or before
            self.last = before
        if not error:
            return
        self.wrong += 1
        self.ahead += error > 0
        self.last_wrong = before
        if abs(error) > abs(self.worst):
            self.worst, self.worst_at = error, at


class Verdict:
    """
    On the readings around an event. Jumps are guest TSC values at which the host's
    clock, or its relation to the guest's counter, is suddenly another one.
    """

    def __init__(self, event, jumps, segments, sets, readings, tsc_hz):
        self.truth = Truth(segments, sets)
        self.event, self.jumps = event, jumps
        self.readings = list(unpack(readings))
        self.ticks = TICKS_NS * tsc_hz // 10**9
        self.constants = Constants(self.truth, self.readings, self.event)
        self.cells, self.signals = {}, []
        self.judge()

    def judge(self):
        fresh = None	# the last jump that a reader came after
        for at, reading in enumerate(self.readings):
            before, after, value, clock, reader = reading
            if clock >= SIGNAL_CLOCK:
                self.signals.append((after, SIGNALS[reader], value))
                continue
            if self.truth.unsure(before - 1, after):
                continue
            last = max((e for e in self.jumps if e <= after), default=None)
            cell = self.cells.setdefault((CLOCKS[clock], READERS[reader]), Cell())
            cell.note(at, before, after, self.error(reading, last, fresh), self.event)
            if READERS[reader] != "file" and last is not None and last < before:
                fresh = last

    def error(self, reading, last, fresh):
        """last: the jump before it; fresh: the last one that a reader has seen"""
        before, after, value, clock, reader = reading
        start = before
        if READERS[reader] == "file":
            start -= self.ticks
            if fresh is not None and fresh == last:
                start = max(start, last)
        spans = self.truth.spans(clock, start, after)
        # With interrupts off, the first to come after a jump does not see it.
        if READERS[reader] == "kernel" and last is not None and fresh != last:
            spans.append(self.truth.held(clock, before, after, last,
                                         last - self.jumps[0]))
        if clock not in self.constants.low:
            return 0
        low, high = self.constants.low[clock], self.constants.high[clock]
        return distance(value, spans, low, high)

    def signal(self, name):
        """Its first and its last value, None if there is none"""
        values = self.signal_values(name)
        return (values[0], values[-1]) if values else (None, None)

    def signal_values(self, name, until=None):
        return [value for tsc, kind, value in self.signals
                if kind == name and (until is None or tsc < until)]
