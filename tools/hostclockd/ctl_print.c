// SPDX-License-Identifier: GPL-2.0
/* Status for people. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "ctl.h"
#include "json.h"
#include "rate.h"

static void print_clock(struct json_object *o)
{
	if (!json_has(o, "tsc_khz"))
		return;
	printf("clock     %s; TSC %.3f MHz, measured to %" PRId64 " ns, pages off by %" PRId64 " ns\n",
	       json_int(o, "simulated") ? "simulated" : "the host's",
	       json_int(o, "tsc_khz") / 1e3, json_int(o, "bracket_half_ns"),
	       json_int(o, "residual_ns"));
	printf("updates   %" PRIu64 " at %" PRId64 " Hz%s, %" PRIu64 " ns each at least; %" PRIu64 " recomputed, %" PRIu64 " late\n",
	       json_uint(o, "update_count"), json_int(o, "update_hz"),
	       json_int(o, "frozen") ? " (frozen)" : "",
	       json_uint(o, "update_ns_min"), json_uint(o, "update_late"),
	       json_uint(o, "update_missed"));
	printf("TAI       UTC + %" PRId64 " s, from: %s\n",
	       json_int(o, "tai_offset_sec"), json_text(o, "tai_source", "?"));
	printf("host NTP  %s\n", json_int(o, "utc_synced") ?
	       "synchronised" : "not synchronised");
}

static void print_time(s64 ns)
{
	time_t sec = ns / NSEC_PER_SEC;
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&sec, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("  %s.%09" PRId64 "Z", text, (int64_t)(ns % NSEC_PER_SEC));
}

static void print_page(struct json_object *o)
{
	printf("page      %-8s %-6s %-12s epoch %" PRIu64,
	       json_text(o, "format", "?"), json_text(o, "smear", "?"),
	       json_text(o, "status", "?"), json_uint(o, "epoch"));
	if (json_has(o, "age_ns"))
		printf("  age %.3f s  error %.3f us",
		       json_int(o, "age_ns") / 1e9,
		       json_uint(o, "maxerror_ns") / 1e3);
	if (json_has(o, "realtime_ns"))
		print_time(json_int(o, "realtime_ns"));
	putchar('\n');
}

static void print_vm(struct json_object *o)
{
	printf("vm        %-16s %-8s %-11s %-8s %s/%s  epoch %" PRIu64 "  offset %" PRId64 "  generation %" PRIu64 "\n",
	       json_text(o, "name", "?"), json_text(o, "state", "?"),
	       json_text(o, "method", "?"), json_text(o, "transport", "?"),
	       json_text(o, "format", "?"), json_text(o, "smear", "?"),
	       json_uint(o, "epoch"), json_int(o, "tsc_offset"),
	       json_uint(o, "generation"));
	if (json_has(o, "problem"))
		printf("          %s\n", json_text(o, "problem", ""));
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
	for_each(status, "pages", print_page);
	for_each(status, "vms", print_vm);
}

void ctl_print_list(struct json_object *status)
{
	for_each(status, "vms", print_vm);
}
