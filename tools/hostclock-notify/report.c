// SPDX-License-Identifier: GPL-2.0
/* Logging what was done, and when. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

#include "notify.h"

static bool to_syslog;

void report_to_syslog(void)
{
	openlog("hostclock-notify", LOG_PID, LOG_DAEMON);
	to_syslog = true;
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (to_syslog) {
		vsyslog(LOG_NOTICE, fmt, ap);
	} else {
		fprintf(stderr, "%s: ", program_invocation_short_name);
		vfprintf(stderr, fmt, ap);
		fputc('\n', stderr);
	}
	va_end(ap);
}

int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}
