// SPDX-License-Identifier: GPL-2.0
/* The report for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report.h"
#include "words.h"

#define LABEL	"  %-13s "

static void print_ns(const char *label, u64 ns)
{
	if (ns == HOSTCLOCK_ERROR_UNKNOWN)
		printf(LABEL "unknown\n", label);
	else if (ns < 10000)
		printf(LABEL "%llu ns\n", label, (unsigned long long)ns);
	else if (ns < 10000000)
		printf(LABEL "%.3f us\n", label, ns / 1e3);
	else
		printf(LABEL "%.3f s\n", label, ns / 1e9);
}

static void print_page(const struct report *r)
{
	const struct hostclock_clock_page *page = &r->reading.header;
	const struct hostclock_params *set = &r->reading.params;

	printf(LABEL "%s, %s; version %u, %llu Hz, update %u\n", "page",
	       word_format(page->format), word_smear(page->smear),
	       HOSTCLOCK_LE16(page->version),
	       (unsigned long long)HOSTCLOCK_LE64(page->counter_hz), r->reading.seq >> 1);
	printf(LABEL "%016llx", "epoch", (unsigned long long)HOSTCLOCK_LE64(set->epoch));
	if (r->reading.has_guest)
		printf(", guest %016llx",
		       (unsigned long long)HOSTCLOCK_LE64(r->reading.guest.epoch));
	putchar('\n');
}

static void print_guest(const struct report *r)
{
	const struct hostclock_guest_page *guest = &r->reading.guest;

	if (!r->reading.has_guest)
		return;
	printf(LABEL "TSC %+lld, MONOTONIC %+lld ns, RAW %+lld ns\n",
	       "offsets", (long long)HOSTCLOCK_LE64(guest->tsc_offset),
	       (long long)HOSTCLOCK_LE64(guest->mono_offset_ns),
	       (long long)HOSTCLOCK_LE64(guest->raw_offset_ns));
	printf(LABEL "%llu, policy %s, last cause %s\n", "generation",
	       (unsigned long long)HOSTCLOCK_LE64(guest->generation),
	       word_policy(guest->mono_policy), word_cause(guest->cause));
}

static void print_gaps(const char *label, u64 ns, u64 error_ns)
{
	printf(LABEL "%llu ns", label, (unsigned long long)ns);
	if (error_ns > INT64_MAX)
		puts(", and nobody knows how exactly");
	else
		printf(", to within %llu ns\n", (unsigned long long)error_ns);
}

static void print_missed(const struct report *r)
{
	const struct hostclock_guest_page *guest = &r->reading.guest;

	if (!r->reading.has_guest || !guest->gap_ns)
		return;
	print_gaps("last gap", HOSTCLOCK_LE64(guest->gap_ns),
		   report_bound(guest->gap_ns, guest->gap_maxerror_ns));
	print_gaps("all gaps", HOSTCLOCK_LE64(guest->gaps_ns),
		   report_bound(guest->gaps_ns, guest->gaps_maxerror_ns));
}

static void print_quality(const struct report *r)
{
	const struct hostclock_params *set = &r->reading.params;
	const struct hostclock_sync_quality *quality = &r->reading.quality;

	printf(LABEL "%s%s\n", "status", word_status(set->status),
	       quality->valid ? "" : ", but no longer valid");
	print_ns("error bound", quality->maxerror_ns);
	print_ns("to UTC", quality->utc_maxerror_ns);
	print_ns("age", quality->age_ns);
	print_ns("valid for", HOSTCLOCK_LE64(set->valid_ns));
	if (r->reading.clocks.tai_valid)
		printf(LABEL "%+d s (from: %s)\n", "TAI offset",
		       (s32)HOSTCLOCK_LE32(set->tai_offset_sec),
		       word_tai_source(r));
	else
		printf(LABEL "unknown\n", "TAI offset");
	printf(LABEL "%s", "leap second", word_leap(set->leap_indicator));
	if (set->leap_indicator)
		printf(", at %lld", (long long)HOSTCLOCK_LE64(set->leap_sec));
	putchar('\n');
}

/* What follows, and who would not have it so */
static void print_wall(const struct kernel_state *k)
{
	bool named = strchr(k->set_by, '(');

	if (!k->wall[0])
		return;
	printf(LABEL "%s", "wall clock", k->wall);
	if (named && !strcmp(k->wall, "detached"))
		printf(", set or steered by %s", k->set_by);
	else if (named)
		printf(", which was refused to %s", k->set_by);
	putchar('\n');
}

static void print_driver(const struct kernel_state *k)
{
	printf(LABEL "mode %s, %s", "driver", k->mode, k->status);
	if (k->status_age_ns[0])
		printf(" for %.3f s", strtoull(k->status_age_ns, NULL, 10) / 1e9);
	if (k->reason[0] && strcmp(k->reason, "none"))
		printf(": %s", k->reason);
	printf("; %s resyncs, %s disruptions, %s wakeups", k->resyncs,
	       k->disruptions, k->wakeups);
	if (k->rings[0] && strcmp(k->rings, "none"))
		printf(", %s rings", k->rings);
	putchar('\n');
	print_wall(k);
}

/* Which kernel, and what its vDSO does */
static void print_vdso(const struct report *r)
{
	const struct kernel_state *k = &r->kernel;

	if (!k->vdso[0])
		return;
	printf(LABEL "%s; ", "kernel", strcmp(k->core, "stock") ? "patched" : "unpatched");
	if (!report_clocksource_ours(r))
		puts("the clocksource is none of the driver's");
	else if (!strcmp(k->vdso, "on"))
		puts("the vDSO reads the pages");
	else
		printf("clocks are read by system calls: %s\n", k->vdso);
}

static void print_kernel(const struct report *r)
{
	const struct kernel_state *k = &r->kernel;

	printf(LABEL "%s\n", "clocksource", k->clocksource);
	if (k->mode[0])
		print_driver(k);
	print_vdso(r);
	printf(LABEL "%s, maxerror %ld us, esterror %ld us, %+.3f ppm, TAI %+d s\n",
	       "kernel NTP", k->ntp_synchronized ? "synchronized" : "unsynchronized",
	       k->ntp_maxerror_us, k->ntp_esterror_us, k->ntp_freq_ppm,
	       k->tai_offset_sec);
}

static void print_clocks(const struct report *r)
{
	printf("\n  %-14s %24s  %s\n", "clock", "value (s)",
	       "difference from the page (ns)");
	for (int i = 0; i < CLOCKS; i++) {
		const struct comparison *c = &r->clocks[i];

		printf("  %-14s %14lld.%09lld  %+lld to %+lld, %s\n",
		       clock_titles[i], (long long)c->value_ns / 1000000000,
		       (long long)c->value_ns % 1000000000,
		       (long long)c->low_ns, (long long)c->high_ns,
		       word_verdict(r, i));
	}
}

static void print_date(const struct report *r)
{
	time_t now = r->clocks[REALTIME].value_ns / 1000000000;
	char text[64] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	printf(LABEL "%s\n", "time", text);
}

void report_print(const struct report *r)
{
	printf("%s: %s\n", r->pages->source, r->error ? r->error : "all right");
	if (!r->problem) {
		print_date(r);
		print_page(r);
		print_guest(r);
		print_missed(r);
		print_quality(r);
	}
	print_kernel(r);
	if (!r->problem)
		print_clocks(r);
	fflush(stdout);
}
