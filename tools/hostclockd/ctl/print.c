// SPDX-License-Identifier: GPL-2.0
/* Status for people. */
#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "base/rate.h"
#include "ctl.h"

static long long number(struct json_object *o, const char *key)
{
	return json_int(o, key);
}

static unsigned long long count(struct json_object *o, const char *key)
{
	return json_uint(o, key);
}

static void print_unsaved(struct json_object *o)
{
	time_t sec = number(o, "state_unsaved_since_sec");
	char text[32] = "?";
	struct tm tm;

	if (!sec)
		return;
	if (gmtime_r(&sec, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("state     not saved since %s: %s\n", text, json_text(o, "state_problem", ""));
}

void ctl_print_kernel(struct json_object *o)
{
	const char *why = json_text(o, "kernel_reason", "");

	printf("kernel    %s%s%s\n", json_text(o, "kernel", "?"), why[0] ? ": " : "", why);
}

static void print_clock(struct json_object *o)
{
	if (!json_has(o, "tsc_khz"))
		return;
	printf("clock     %s; TSC %.3f MHz, measured to %lld ns, pages off by %lld ns\n",
	       number(o, "simulated") ? "simulated" : "the host's",
	       number(o, "tsc_khz") / 1e3, number(o, "bracket_half_ns"),
	       number(o, "residual_ns"));
	if (json_has(o, "clock_problem"))
		printf("          not to be trusted: %s\n", json_text(o, "clock_problem", ""));
	ctl_print_kernel(o);
	printf("updates   %llu at %lld Hz%s, %llu ns each at least; %llu recomputed, %llu late\n",
	       count(o, "update_count"), number(o, "update_hz"),
	       number(o, "frozen") ? " (frozen)" : "",
	       count(o, "update_ns_min"), count(o, "update_late"),
	       count(o, "update_missed"));
	printf("TAI       UTC + %lld s, from: %s\n", number(o, "tai_offset_sec"),
	       json_text(o, "tai_source", "?"));
	printf("host NTP  %s\n", number(o, "utc_synced") ?
	       "synchronised" : "not synchronised");
	print_unsaved(o);
}

static void print_time(s64 ns)
{
	time_t sec = ns / NSEC_PER_SEC;
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&sec, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("  %s.%09lldZ", text, (long long)(ns % NSEC_PER_SEC));
}

static void print_page(struct json_object *o)
{
	printf("page      %-8s %-6s %-12s epoch %llu",
	       json_text(o, "format", "?"), json_text(o, "smear", "?"),
	       json_text(o, "status", "?"), count(o, "epoch"));
	if (json_has(o, "age_ns"))
		printf("  age %.3f s  error %.3f us", number(o, "age_ns") / 1e9,
		       count(o, "maxerror_ns") / 1e3);
	if (json_has(o, "realtime_ns"))
		print_time(number(o, "realtime_ns"));
	putchar('\n');
}

static void print_process(struct json_object *o)
{
	printf("process   %-10s pid %lld, for %lld s, restarted %llu times\n",
	       json_text(o, "role", "?"), number(o, "pid"), number(o, "uptime_sec"),
	       count(o, "restarts"));
}

static void print_vm(struct json_object *o)
{
	printf("vm        %-16s %-8s %-11s %-8s %s/%s", json_text(o, "name", "?"),
	       json_text(o, "state", "?"), json_text(o, "method", "?"),
	       json_text(o, "transport", "?"), json_text(o, "format", "?"),
	       json_text(o, "smear", "?"));
	printf("  epoch %llu  offset %lld  generation %llu\n", count(o, "epoch"),
	       number(o, "tsc_offset"), count(o, "generation"));
	if (json_has(o, "doorbell_rings"))
		printf("          doorbell: rung %llu times, %lld connected\n",
		       count(o, "doorbell_rings"),
		       number(o, "doorbell_connections"));
	if (json_has(o, "problem"))
		printf("          %s\n", json_text(o, "problem", ""));
	if (json_has(o, "page_file_problem"))
		printf("          %s\n", json_text(o, "page_file_problem", ""));
}

static void for_each(struct json_object *o, const char *key,
		     void (*print)(struct json_object *o))
{
	struct json_object *list;
	size_t i, n = json_count(o, key, &list);

	for (i = 0; i < n; i++)
		print(json_object_array_get_idx(list, i));
}

void ctl_print_status(struct json_object *status)
{
	print_clock(status);
	for_each(status, "processes", print_process);
	for_each(status, "pages", print_page);
	for_each(status, "vms", print_vm);
}

void ctl_print_list(struct json_object *status)
{
	for_each(status, "vms", print_vm);
}
