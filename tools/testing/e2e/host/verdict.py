# SPDX-License-Identifier: GPL-2.0
"""
Judges the rows that matrix.py kept, each file of which is an argument: a result for
every event, clock and reader, and all of them as a matrix.
"""

import os
import pickle
import struct
import sys

from judge import Verdict
from ring import CLOCKS, READERS

# Readings that a cell needs before and after the event
LEAST_READINGS = 20

# QEMU without KVM does not tell what the counter is before the guest runs. What its
# page says until the exporter gets to run is a guess: some 0.2 ms late, on a busy
# machine maybe more, but nothing like the gap, and never ahead.
GUESS_NS = 20000000
# A live migration's, which is the shortest
LEAST_GAP_NS = 1000000
SLEW_TOLERANCE_PPM = 1

STA_UNSYNC, TIME_ERROR = 0x40, 5
EXPIRED = struct.unpack("<q", b"expired\n")[0]

# Without the second series RAW follows MONOTONIC; with the first one only, adjtimex() says
# unsynchronized.
FIRST_SERIES = os.environ.get("HOSTCLOCK_SERIES") == "first"
NO_SERIES = os.environ.get("HOSTCLOCK_SERIES") == "none"
RAW_FOLLOWS = FIRST_SERIES or NO_SERIES
NO_RAW = "RAW has no counter of its own in this kernel"
# Before 6.12, PTP clocks are compared with REALTIME only.
NO_PTP_RAW = os.environ.get("HOSTCLOCK_PTP_RAW") == "no"

ORDER = ("REALTIME", "TAI", "MONOTONIC", "BOOTTIME", "RAW")
COLUMNS = [(clock, reader) for clock in ORDER for reader in READERS
           if reader != "file" or clock == "REALTIME"]
SIGNALS = ("signals", "")
GUESSED = "ok~"

# An unpatched kernel and its vDSO read a line that the host writes after the clock page. As
# hostclock.rst says, it is off it by so much, for so long, after the clock was slewed, which
# may be until after the next event. What takes longer to read it shows less of that.
LINE_NS, LINE_FOR_NS = 1000, 1000000000
LATE_LINE = "ok^"


def rows_of(path):
    """None if there are none; then something else has failed, and said so."""
    if not os.path.exists(path):
        return
    with open(path, "rb") as f:
        while True:
            try:
                yield pickle.load(f)
            except EOFError:
                return


class Row:
    """What became of one event"""

    def __init__(self, row, slewed):
        self.slewed = slewed or "slew_ppm" in row["expected"]
        self.row, self.expected, self.name = row, row["expected"], row["name"]
        self.is_gap = "gap_ns" in row
        self.verdict = Verdict(row["event"], row["jumps"], row["segments"],
                               row["sets"], row["readings"], row["tsc_hz"])
        self.cells = {}		# column: text for the matrix
        self.why = {}		# column: what is wrong, or the reason for n/a
        for column in COLUMNS:
            self.judge_cell(column)
        self.cells[SIGNALS] = "ok"
        wrong = self.wrong_event() or self.wrong_signal()
        if wrong:
            self.cells[SIGNALS], self.why[SIGNALS] = "WRONG", wrong

    def ns_after(self, tsc):
        """Since the guest went on, or since the event"""
        return (tsc - (self.row["jumps"] or [self.row["event"]])[-1]) * 10**9 // \
            self.row["tsc_hz"]

    def judge_cell(self, column):
        cell = self.verdict.cells.get(column)
        absent = self.expected.get("absent", {}).get(column)
        if RAW_FOLLOWS and column[0] == "RAW":
            self.cells[column], self.why[column] = "n/a", NO_RAW
        elif NO_PTP_RAW and column == ("RAW", "kernel"):
            self.cells[column], self.why[column] = "n/a", "PTP clocks do not tell RAW"
        elif absent and not self.is_late(cell):
            self.cells[column], self.why[column] = "n/a", absent
        elif not cell or min(cell.before, cell.after) < LEAST_READINGS:
            self.cells[column] = "WRONG"
            self.why[column] = "hardly any readings"
        elif not cell.wrong:
            self.cells[column] = "ok"
        elif self.is_guess(column[0], cell):
            self.cells[column] = GUESSED
        elif self.is_late_line(column[0], cell):
            self.cells[column] = LATE_LINE
        else:
            self.cells[column] = f"WRONG {cell.worst:+}"
            self.why[column] = f"{cell.wrong} of {cell.before + cell.after} readings, " \
                f"by up to {cell.worst} ns, until {self.ns_after(cell.last_wrong)} ns after" \
                f"; the worst is {self.around(cell.worst_at)}"

    def around(self, at):
        """A reading and its neighbours, for who has but this line of a failed run"""
        readings = self.verdict.readings
        texts = [f"{CLOCKS[clock]} by {READERS[reader]} {value} ns in TSC {before} to {after}"
                 if clock < len(CLOCKS) else f"a signal at TSC {before}"
                 for before, after, value, clock, reader in readings[max(at - 1, 0):at + 2]]
        return f"no. {at} of {len(readings)}, there: " + ", ".join(texts)

    def is_late(self, cell):
        """Were there readings to the end?"""
        end = self.verdict.readings[-1][0]
        return cell and cell.last and cell.last > (self.row["event"] + end) // 2

    def guessed(self, clock):
        """Does it depend on how long the gap was?"""
        return self.is_gap and (clock in ("REALTIME", "TAI", "BOOTTIME") or
                                clock == "MONOTONIC" and self.row["steal"])

    def is_guess(self, clock, cell):
        """Were its wrong readings just those by the host's first guess?"""
        return self.guessed(clock) and not cell.early and not cell.ahead and \
            abs(cell.worst) < GUESS_NS and \
            cell.last_wrong < (cell.first + cell.last) // 2

    def is_late_line(self, clock, cell):
        """
        Were its wrong readings just those by the line of before? Where that was late before the
        event, what the clock is off the host's by is not known, and all after may seem wrong.
        """
        return NO_SERIES and self.slewed and abs(cell.worst) <= LINE_NS and \
            (clock in self.verdict.constants.contradicted or
             self.ns_after(cell.last_wrong) <= LINE_FOR_NS)

    # --- what the host's log and the guest's kernel say

    def wrong_event(self):
        for tsc in [self.row["event"]] + self.row["jumps"]:
            if self.verdict.truth.unsure(tsc - 1, tsc):
                return "sets are missing in the host's log"
        return self.wrong_gap() if self.is_gap else self.wrong_change()

    def sets_from_change(self):
        """The last one before it, and all after"""
        sets = self.row["sets"]
        return sets[sets.index(self.row["change"][0]):]

    def wrong_change(self):
        old, new = self.row["change"]
        expected = self.expected
        if new.wall_ns - old.wall_ns != expected.get("wall_ns", 0):
            return f"the host's wall clock moved by {new.wall_ns - old.wall_ns} ns"
        if new.tai_sec - old.tai_sec != expected.get("tai_sec", 0):
            return f"the host's TAI - UTC changed by {new.tai_sec - old.tai_sec}"
        slew_ppm = new.slew_ppm() - old.slew_ppm()
        if abs(slew_ppm - expected.get("slew_ppm", 0)) > SLEW_TOLERANCE_PPM:
            return f"the host's rate changed by {slew_ppm:.3f} ppm"
        epochs = {params.epoch for params in self.sets_from_change()}
        if len(epochs) != ("wall_ns" in expected) + 1:
            return f"the clock page had {len(epochs)} epochs"
        first, *others = self.row["pages"]
        if others:
            return f"the guest page is of another epoch, cause {others[0].cause}, " \
                f"offset {others[0].tsc_offset - first.tsc_offset:+}"
        before, after = self.row["markers"]
        if before != after:
            return f"the disruption marker was {before}, is {after}"
        return None

    def wrong_gap(self):
        before, after = self.row["pages"]
        if after.cause != self.expected["cause"] or after.gap_ns != self.row["gap_ns"]:
            return f"the page says cause {after.cause}, {after.gap_ns} ns"
        if self.row["gap_ns"] < LEAST_GAP_NS:
            return f"the gap was but {self.row['gap_ns']} ns"
        # Who lives on from a snapshot has another generation than all who do or did.
        others = self.expected.get("generations")
        if after.generation in others if others else after.generation != before.generation:
            return f"the VM's generation was {before.generation}, is {after.generation}"
        return None

    def grew(self, name):
        first, last = self.verdict.signal(name)
        return last - first

    def wrong_signal(self):
        if not self.verdict.signal_values("leap", self.row["event"]):
            return "no signals were read before the event"
        want = {"disruptions": (0, 0), "resyncs": (0, 0), "cancelled": (0, 0),
                "polled": (0, 0)}
        if self.is_gap:
            # The host's correction of a guess is followed, too. Where MONOTONIC counts
            # the gap, REALTIME is not set against it.
            want = {"disruptions": (1, 1), "resyncs": (1, 9), "polled": (1, 9),
                    "cancelled": (0 if self.row["steal"] else 1, 9)}
        elif "told" in self.expected:
            want.update(resyncs=(1, 1), cancelled=(1, 1), polled=(1, 1))
        elif "expires" in self.expected:
            want.update(polled=(0, 1))
        elif self.was_silent():
            want.update(polled=(0, 2))
        for name, (least, most) in want.items():
            if not least <= self.grew(name) <= most:
                return f"{name}: {self.grew(name)} more, not {least} to {most}"
        return self.wrong_leap() or self.wrong_state()

    def was_silent(self):
        """Had the exporter, on a busy machine, so long a pause that its page expired?"""
        sets = self.sets_from_change()
        return any((later.cycle_last - params.cycle_last) * 10**9 >
                   params.valid_ns * self.row["tsc_hz"]
                   for params, later in zip(sets, sets[1:]))

    def may_doubt(self):
        """
        Is it no wonder if adjtimex() said once that the clock is not synchronized? An
        unpatched kernel's NTP forgets all when the clock is set, until it is told again.
        """
        old, new = self.row.get("change", (None, None))
        return self.is_gap or self.was_silent() or NO_SERIES and old.wall_ns != new.wall_ns

    def wrong_leap(self):
        leaps = self.verdict.signal_values("leap", self.row["event"])
        if leaps[-1] != self.expected.get("leap_before", leaps[-1]):
            return f"the leap indicator was {leaps[-1]}"
        return None

    def wrong_state(self):
        """synchronised all the time, or not any more in the end"""
        states = self.verdict.signal_values("ntp")
        maxerrors = self.verdict.signal_values("maxerror")
        unsync = [state & STA_UNSYNC or state >> 32 == TIME_ERROR for state in states]
        if FIRST_SERIES:
            return None if all(unsync) else "adjtimex says that it is synchronized"
        if "expires" not in self.expected:
            if unsync[-1] or any(unsync) and not self.may_doubt():
                return f"adjtimex says {states[-1] >> 32}, {states[-1] & 2**32 - 1:#x}"
            return None
        if any(unsync[:1]) or not unsync[-1] or self.verdict.signal("status")[1] != EXPIRED:
            return "adjtimex and the driver do not say that the page expired"
        # Told to NTP every 4 s, it grows by what NTP thinks in between.
        if not NO_SERIES and maxerrors[-1] <= max(maxerrors[:1]):
            return f"maxerror did not grow: {maxerrors[0]}, {maxerrors[-1]} us"
        return None

    # --- what is printed

    def result(self, column):
        clock, reader = column
        name = f"{self.name}: " + (f"{clock} by {reader}" if reader else clock)
        if self.is_absent(column):
            return f"# {name}: {self.why[column]}"
        if column in self.why:
            return f"not ok - {name}: {self.why[column]}"
        return f"ok - {name}"

    def is_absent(self, column):
        return self.cells[column] == "n/a"

    def is_wrong(self):
        return any(not self.is_absent(column) for column in self.why)

    def note(self):
        """Figures for the log"""
        cells = self.verdict.cells
        fine = [cell for (_, reader), cell in cells.items() if reader != "file"]
        firsts = [cell.first for cell in fine if cell.first]
        text = f"at TSC {self.row['event']}, {sum(cell.before for cell in fine)} " \
            f"readings before, {sum(cell.after for cell in fine)} after"
        if firsts:
            text += f", the first {max(self.ns_after(min(firsts)), 0)} ns after"
        if self.is_gap:
            text += f"; gap {self.row['gap_ns']} ns" + self.guess_note()
        widths = [self.verdict.constants.width(clock) or 0 for clock in CLOCKS]
        return text + f"; known to {max(widths)} ns"

    def guess_note(self):
        wrong = [self.verdict.cells[column] for column in COLUMNS
                 if self.cells[column] == GUESSED]
        if not wrong:
            return ""
        worst = max((cell.worst for cell in wrong), key=abs)
        until = max(self.ns_after(cell.last_wrong) for cell in wrong)
        return f"; ~ {sum(cell.wrong for cell in wrong)} readings by the host's guess, " \
            f"off by {worst:+} ns, for {until} ns"


def matrix(rows):
    """Lines: two of heads, one per row"""
    columns = COLUMNS + [SIGNALS]
    widths = [max([len(column[1])] + [len(row.cells[column]) for row in rows]) + 1
              for column in columns]
    names = max((len(row.name) for row in rows), default=0)
    heads = ["", ""]
    for (clock, reader), width in zip(columns, widths):
        at = len(heads[1])
        if not heads[0].rstrip().endswith(clock):
            heads[0] = heads[0].ljust(at) + " " + clock
        heads[1] += " " + reader.ljust(width)
    yield " " * names + heads[0]
    yield "event".ljust(names) + heads[1]
    for row in rows:
        yield row.name.ljust(names) + "".join(
            " " + row.cells[column].ljust(width)
            for column, width in zip(columns, widths))


def main():
    rows = []
    for path in sys.argv[1:]:
        slewed = False
        for row in rows_of(path):
            rows.append(Row(row, slewed))
            slewed = rows[-1].slewed
    for row in rows:
        for column in COLUMNS + [SIGNALS]:
            print(row.result(column))
        print(f"# {row.name}: {row.note()}")
    for line in matrix(rows):
        print(f"# {line}".rstrip())
    print("# ok: every reading is what the host's log says, to the nanosecond")
    print(f"# {GUESSED}: but for what the host had to guess before it could know, see ~ above")
    if NO_SERIES:
        print(f"# {LATE_LINE}: but for less than {LINE_NS} ns, until the host had written the line")
    return any(row.is_wrong() for row in rows)


if __name__ == "__main__":
    sys.exit(main())
