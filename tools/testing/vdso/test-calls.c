// SPDX-License-Identifier: GPL-2.0
/* The image's other functions: they answer from the same clocks, or ask too. */
#include <sys/time.h>

#include "test.h"

typedef int gettimeofday_fn(struct timeval *tv, struct timezone *tz);
typedef int getres_fn(clockid_t id, struct timespec *res);

static const char *gettimeofday_agrees(struct guest *g)
{
	gettimeofday_fn *call = vdso_image_func(&g->img, "__vdso_gettimeofday");
	u64 tsc = le64toh(g->v.cp->params[1].cycle_last) + g->accepted.tsc_offset;
	struct timeval tv = { 0, 0 };
	struct reading want;
	int result;

	intercept_tsc_value(&tsc);
	for (int i = 0; i < 1000; i++, tsc += 2345678) {
		result = call(&tv, NULL);
		want = guest_expect(g, CLOCK_REALTIME, tsc);
		if (result || tv.tv_sec != want.sec ||
		    tv.tv_usec != want.nsec / 1000)
			return failure("returns %d, %lld.%06lld, must be %lld.%09lld",
				       result, (long long)tv.tv_sec,
				       (long long)tv.tv_usec,
				       (long long)want.sec, (long long)want.nsec);
	}
	g->v.gp->epoch = 0;
	if (call(&tv, NULL) != INTERCEPT_SYSCALL)
		return "makes no system call if an epoch is another";
	return NULL;
}

static const char *getres(struct guest *g)
{
	getres_fn *call = vdso_image_func(&g->img, "__vdso_clock_getres");
	struct timespec res = { -1, -1 };

	for (int i = 0; i < GUEST_CLOCKS; i++)
		if (call(guest_clocks[i], &res) || res.tv_sec || res.tv_nsec != 1)
			return failure("%s: %lld.%09ld",
				       guest_clock_name(guest_clocks[i]),
				       (long long)res.tv_sec, res.tv_nsec);
	return NULL;
}

/* Clocks that the vDSO has never read are none of its business now. */
static const char *other_clocks(struct guest *g)
{
	static const clockid_t others[] = {
		CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
		CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM, 10, 12, 63, -1,
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!guest_read(g, others[i]).syscall)
			return failure("clock %d is answered", others[i]);
	return NULL;
}

const struct test call_tests[] = {
	{ "gettimeofday is REALTIME, and asks when that does", gettimeofday_agrees },
	{ "clock_getres is a nanosecond", getres },
	{ "other clocks: system call", other_clocks },
	{ NULL, NULL }
};
