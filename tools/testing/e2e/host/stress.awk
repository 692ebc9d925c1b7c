# SPDX-License-Identifier: GPL-2.0
# Writes a script for hostclockd: EVENTS mixed changes, HZ of them a second, by
# SEED. Stops come first: they begin epochs of the exporter's own, and the guest
# epochs that follow are made up.

function random(n) {
	return int(rand() * n)
}

# Seconds with 9 decimals, from 1 ns up to 10^most, all orders of magnitude alike;
# odd nanoseconds.
function duration(most,    exponent) {
	exponent = rand() * (most + 9) - 9
	return sprintf("%.9f", 10 ^ exponent + 1e-9)
}

function emit(kind, text) {
	printf "%.3f %s\n", at, text
	count[kind]++
}

# To and fro, so that the clock stays in its century.
function step(    by) {
	by = duration(5)
	emit("steps", "step " (wall > 0 ? "-" : "") by)
	wall += wall > 0 ? -by : by
}

# The gap is the guest page's only: for the guest the same as one of the host's.
# A generation may exist twice; the page tells the sum of the gaps of one.
function guest_epoch(    gap, ns) {
	gap = random(3) ? int(10 ^ (rand() * 10)) : 0
	if (random(40) == 0)
		gap = 86400 * 1000000 * (1 + random(30))
	ns = random(1000)
	# Just after a set that the kernel has not seen yet, but programs may have.
	if (random(3) == 0) {
		rate()
		at += 0.004
	}
	if (random(4) == 0 || !generation) {
		generation++
		gaps = 0
		count["new generations"]++
	}
	gap = gap ? gap * 1000 + ns : 0
	gaps += gap
	emit(gap ? "guest epochs with a gap" : "guest epochs without", \
	     sprintf("hostile guest.epoch %d guest.generation %d guest.gap_ns %.0f " \
		     "guest.gaps_ns %.0f guest.cause %d guest.resume_tsc 0 guest.stop_tsc 0", \
		     ++epoch, generation, gap, gaps, gap ? 1 + random(4) : 1 + random(5)))
}

# Not shorter than it takes the exporter to notice.
function stop() {
	emit("stops", "stop")
	if (random(2)) {
		at += 0.010
		emit("gaps of the host", "gap " duration(5))
	}
	at += 0.020
	printf "%.3f cont\n", at
}

# After an announcement, for 1.6 s, only what does not move the wall clock.
function leap() {
	emit("leap seconds", "leap " (random(2) ? "insert" : "delete") " 1")
	calm = at + 1.6
}

function rate() {
	emit("rates", (random(2) ? "slew " : "freq ") random(901) - 450)
}

# Half of them for so short that the page's other set tells another status.
function status() {
	if (random(2)) {
		emit("status changes", random(2) ? "status freerunning" : "status unreliable")
		if (random(2))
			return
		at += 0.001
	}
	emit("status changes", "status off")
}

function any(    kind) {
	kind = random(100)
	if (i < STOPS * 10 && i % 10 == 5)
		stop()
	else if (i >= STOPS * 10 && kind < 40)
		guest_epoch()
	else if (kind >= 90)
		rate()
	else if (kind >= 87)
		status()
	else if (kind >= 84)
		emit("TAI offsets", "tai " 30 + ++tai % 10)
	else if (at < calm)
		rate()
	else if (kind == 83)
		leap()
	else if (kind >= 78)
		emit("sleeps", "sleep " duration(3))
	else
		step()
}

BEGIN {
	srand(SEED)
	at = 1
	for (i = 0; i < EVENTS; i++) {
		any()
		at += 1 / HZ
	}
	printf "#"
	for (kind in count)
		printf " %d %s,", count[kind], kind
	printf " seed %d\n", SEED
}
