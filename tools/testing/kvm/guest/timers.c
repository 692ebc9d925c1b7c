// SPDX-License-Identifier: GPL-2.0
/* How many timers come due at once?  See timers.h. */
#include <pthread.h>
#include <time.h>

#include "check.h"
#include "clocks.h"
#include "timers.h"

#define NSEC_PER_SEC	1000000000LL

/* MONOTONIC when each had come due, 0 if that is to come */
static int64_t due_ns[TIMERS_S];

static void *wait_for_them(void *arg)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	for (int i = 0; i < TIMERS_S; i++) {
		at.tv_sec++;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		__atomic_store_n(&due_ns[i], read_vdso(CLOCK_MONOTONIC), __ATOMIC_RELEASE);
	}
	return arg;
}

void timers_start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_them, NULL))
		die("cannot start a thread");
}

unsigned int timers_due(int64_t mono_ns)
{
	unsigned int due = 0;

	for (int i = 0; i < TIMERS_S; i++) {
		int64_t at = __atomic_load_n(&due_ns[i], __ATOMIC_ACQUIRE);

		due += at >= mono_ns && at < mono_ns + NSEC_PER_SEC;
	}
	return due;
}
