// SPDX-License-Identifier: GPL-2.0
/* A machine's own clock is changed.  See sway.h. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "sway.h"

#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_MSEC	1000000
#define MAX_PPM		500
#define EVERY_US	20000
#define RATES_PER_STEP	10

static pthread_t swayer;
static bool ends;

static void apply(struct timex *tx)
{
	if (adjtimex(tx) < 0)
		die("cannot adjust the clock");
}

static void set_rate(long ppm_2_16)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = ppm_2_16 };

	apply(&tx);
}

void sway_rate(void)
{
	set_rate(random() % (2 * (MAX_PPM << 16) + 1) - (MAX_PPM << 16));
}

void sway_step(int64_t ns)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };

	tx.time.tv_sec = ns < 0 ? -1 : 0;
	tx.time.tv_usec = ns < 0 ? ns + NSEC_PER_SEC : ns;
	apply(&tx);
}

static void *sway(void *arg)
{
	unsigned long rates, steps = 0;

	for (rates = 0; !__atomic_load_n(&ends, __ATOMIC_ACQUIRE); rates++) {
		sway_rate();
		if (rates % RATES_PER_STEP == 0) {
			sway_step(random() % NSEC_PER_MSEC + 1);
			steps++;
		}
		usleep(EVERY_US);
	}
	set_rate(0);
	note("the clock was slewed %lu and stepped %lu times", rates, steps);
	return arg;
}

void sway_start(void)
{
	ends = false;
	if (pthread_create(&swayer, NULL, sway, NULL))
		die("cannot start a thread");
}

void sway_stop(void)
{
	__atomic_store_n(&ends, true, __ATOMIC_RELEASE);
	pthread_join(swayer, NULL);
}

void set_once(uint64_t i)
{
	static const int64_t by_ns[] = { NSEC_PER_SEC, NSEC_PER_MSEC };
	int64_t ns = by_ns[i / 2 % ARRAY_SIZE(by_ns)];
	struct timespec at;

	ns = read_vdso(CLOCK_REALTIME) + (i & 1 ? -ns : ns);
	at = (struct timespec){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
	if (clock_settime(CLOCK_REALTIME, &at))
		die("cannot set the clock");
}
