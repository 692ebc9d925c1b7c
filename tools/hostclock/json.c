// SPDX-License-Identifier: GPL-2.0
/*
 * The report for programs: one flat object.  Its keys are a contract, listed in
 * hostclock(1).  64-bit names (epochs) are strings, for readers whose numbers
 * are doubles.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "words.h"

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void add_int(struct json_object *o, const char *key, s64 value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

static void add_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

static void add_hex(struct json_object *o, const char *key, u64 value)
{
	char text[20];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)value);
	add_text(o, key, text);
}

/* null if it is not known. */
static void add_error(struct json_object *o, const char *key, u64 ns)
{
	if (ns > INT64_MAX)
		json_object_object_add(o, key, NULL);
	else
		add_int(o, key, ns);
}

static void add_page(struct json_object *o, const struct report *r)
{
	const struct hostclock_clock_page *page = &r->reading.header;
	const struct hostclock_params *set = &r->reading.params;

	add_int(o, "page_version", HOSTCLOCK_LE16(page->version));
	add_text(o, "page_format", word_format(page->format));
	add_text(o, "page_smear", word_smear(page->smear));
	add_int(o, "page_update", r->reading.seq >> 1);
	add_int(o, "counter_hz", HOSTCLOCK_LE64(page->counter_hz));
	add_hex(o, "epoch", HOSTCLOCK_LE64(set->epoch));
	add_text(o, "status", word_status(set->status));
	add_text(o, "leap_indicator", word_leap(set->leap_indicator));
	add_int(o, "leap_sec", HOSTCLOCK_LE64(set->leap_sec));
	add_int(o, "valid_ns", HOSTCLOCK_LE64(set->valid_ns));
	add_int(o, "maxerror_rate_ppb", HOSTCLOCK_LE32(set->maxerror_rate_ppb));
	add_int(o, "tai_offset_sec", (s32)HOSTCLOCK_LE32(set->tai_offset_sec));
	add_text(o, "tai_source", word_tai_source(r));
}

static void add_guest(struct json_object *o, const struct report *r)
{
	const struct hostclock_guest_page *guest = &r->reading.guest;

	add_bool(o, "has_guest_page", r->reading.has_guest);
	if (!r->reading.has_guest)
		return;
	add_hex(o, "guest_epoch", HOSTCLOCK_LE64(guest->epoch));
	add_int(o, "tsc_offset", HOSTCLOCK_LE64(guest->tsc_offset));
	add_int(o, "mono_offset_ns", HOSTCLOCK_LE64(guest->mono_offset_ns));
	add_int(o, "raw_offset_ns", HOSTCLOCK_LE64(guest->raw_offset_ns));
	add_hex(o, "generation", HOSTCLOCK_LE64(guest->generation));
	add_text(o, "policy", word_policy(guest->mono_policy));
	add_text(o, "cause", word_cause(guest->cause));
	add_int(o, "gap_ns", HOSTCLOCK_LE64(guest->gap_ns));
	add_error(o, "gap_maxerror_ns",
		  report_bound(guest->gap_ns, guest->gap_maxerror_ns));
	add_int(o, "gaps_ns", HOSTCLOCK_LE64(guest->gaps_ns));
	add_error(o, "gaps_maxerror_ns",
		  report_bound(guest->gaps_ns, guest->gaps_maxerror_ns));
}

static void add_quality(struct json_object *o, const struct hostclock_sync_quality *quality)
{
	add_bool(o, "valid", quality->valid);
	add_bool(o, "synchronized", quality->synchronized);
	add_error(o, "maxerror_ns", quality->maxerror_ns);
	add_error(o, "utc_maxerror_ns", quality->utc_maxerror_ns);
	add_error(o, "age_ns", quality->age_ns);
}

static void add_clocks(struct json_object *o, const struct report *r)
{
	char key[64];

	for (int i = 0; i < CLOCKS; i++) {
		const struct comparison *c = &r->clocks[i];

		snprintf(key, sizeof(key), "%s_ns", clock_keys[i]);
		add_int(o, key, c->value_ns);
		snprintf(key, sizeof(key), "%s_diff_low_ns", clock_keys[i]);
		add_int(o, key, c->low_ns);
		snprintf(key, sizeof(key), "%s_diff_high_ns", clock_keys[i]);
		add_int(o, key, c->high_ns);
		snprintf(key, sizeof(key), "%s_verdict", clock_keys[i]);
		add_text(o, key, word_verdict(r, i));
	}
}

static void add_kernel(struct json_object *o, const struct kernel_state *k)
{
	add_text(o, "clocksource", k->clocksource);
	add_text(o, "mode", k->mode);
	add_text(o, "core", k->core);
	add_text(o, "vdso", k->vdso);
	add_text(o, "driver_status", k->status);
	if (k->status_age_ns[0])
		add_int(o, "driver_status_age_ns",
			strtoll(k->status_age_ns, NULL, 10));
	else
		json_object_object_add(o, "driver_status_age_ns", NULL);
	add_text(o, "driver_reason", k->reason);
	add_text(o, "wall", k->wall);
	add_text(o, "steer", k->steer);
	add_text(o, "set_by", k->set_by);
	add_bool(o, "ntp_synchronized", k->ntp_synchronized);
	add_int(o, "ntp_status", k->ntp_status);
	add_int(o, "ntp_maxerror_us", k->ntp_maxerror_us);
	add_int(o, "ntp_esterror_us", k->ntp_esterror_us);
	json_object_object_add(o, "ntp_freq_ppm",
			       json_object_new_double(k->ntp_freq_ppm));
	add_int(o, "kernel_tai_offset_sec", k->tai_offset_sec);
}

void report_print_json(const struct report *r)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "source", r->pages->source);
	add_bool(o, "ok", !r->error);
	add_text(o, "fault", r->error ? r->error : "");
	if (!r->problem) {
		add_page(o, r);
		add_guest(o, r);
		add_quality(o, &r->reading.quality);
		add_clocks(o, r);
	}
	add_kernel(o, &r->kernel);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	fflush(stdout);
	json_object_put(o);
}
