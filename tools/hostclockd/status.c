// SPDX-License-Identifier: GPL-2.0
#include "guest.h"
#include "names.h"
#include "page.h"
#include "rate.h"
#include "status.h"

static void put(struct json_object *o, const char *key, s64 value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

static void put_u64(struct json_object *o, const char *key, u64 value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static void put_text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static struct json_object *page_status(struct exporter *x,
				       const struct page *pg)
{
	struct json_object *o = json_object_new_object();
	u64 counter = page_counter(x, pg, hostclock_rdtsc());
	const struct pset *p = page_set_at(pg, counter);
	s64 age_ns = rate_ns_signed(counter - p->cycle_last,
				    page_rate(x, pg, x->scale));

	put_text(o, "format", names_format[pg->format]);
	put_text(o, "smear", names_smear[pg->smear]);
	put_u64(o, "epoch", p->epoch);
	put_text(o, "status", names_status[p->status]);
	put(o, "age_ns", age_ns);
	put_u64(o, "maxerror_ns", p->maxerror_ns +
		rate_muldiv(age_ns < 0 ? 0 : age_ns, p->maxerror_rate_ppb, PPB));
	put_u64(o, "maxerror_at_update_ns", p->maxerror_ns);
	put(o, "maxerror_rate_ppb", p->maxerror_rate_ppb);
	put_u64(o, "valid_ns", p->valid_ns);
	put(o, "wall_offset_ns", p->wall_ns);
	put(o, "boot_offset_ns", p->boot_ns);
	put(o, "realtime_ns", pset_mono(p, counter) + p->wall_ns);
	put(o, "monotonic_ns", pset_mono(p, counter));
	put(o, "raw_ns", pset_raw(p, counter));
	put(o, "tai_offset_sec", p->tai_sec);
	put_text(o, "leap_indicator", names_leap[p->leap_indicator]);
	put(o, "leap_sec", p->leap_sec);
	return o;
}

static struct json_object *vm_status(const struct vm *vm)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", vm->name);
	put_text(o, "state", names_state[vm->state]);
	put_text(o, "method", names_method[vm->method]);
	put_text(o, "transport", vm->private ? "private" : "shared");
	put_text(o, "format", names_format[vm->format]);
	put_text(o, "smear", names_smear[vm->smear]);
	put_text(o, "policy", names_policy[vm->policy]);
	put(o, "pid", vm->pid);
	put_u64(o, "epoch", vm->epoch);
	put_text(o, "cause", names_cause[vm->cause]);
	put(o, "tsc_offset", vm->tsc_offset);
	put(o, "mono_offset_ns", vm->mono_offset);
	put(o, "raw_offset_ns", vm->raw_offset);
	put_u64(o, "generation", vm->generation);
	put_u64(o, "resume_tsc", vm->resume_tsc);
	put_u64(o, "gap_ns", vm->gap_ns);
	put_u64(o, "disruption_marker", vm->marker);
	if (vm->problem.text[0])
		put_text(o, "problem", vm->problem.text);
	return o;
}

static void clock_status(struct exporter *x, struct json_object *out)
{
	const struct clock_sample *s = &x->sample;

	put(out, "tsc_khz", x->khz);
	put(out, "update_hz", NSEC_PER_SEC / x->opt.interval_ns);
	put(out, "bracket_half_ns", x->stats.half_ns);
	put(out, "residual_ns", x->stats.residual_ns);
	put(out, "slew_ppb", rate_diff_ppb(s->mono_rate, s->raw_rate));
	put_text(out, "tai_source", names_tai[s->tai_source]);
	put(out, "tai_offset_sec", s->tai_sec);
	json_object_object_add(out, "utc_synced",
			       json_object_new_boolean(s->utc_synced));
	put_u64(out, "update_count", x->stats.count);
	put_u64(out, "update_ns_total", x->stats.ns_total);
	put_u64(out, "update_ns_min", x->stats.ns_min);
	put_u64(out, "update_ns_last", x->stats.ns_last);
	put_u64(out, "update_late", x->stats.late);
	put_u64(out, "update_missed", x->stats.missed);
}

/* Everything there is to know, for `hostclockctl status`. */
void status_fill(struct exporter *x, struct json_object *out)
{
	struct json_object *pages = json_object_new_array();
	struct json_object *vms = json_object_new_array();
	struct vm *vm;
	int i;

	clock_status(x, out);
	for (i = 0; i < PAGES; i++)
		json_object_array_add(pages, page_status(x, &x->pages[i]));
	for (vm = x->vms; vm; vm = vm->next)
		json_object_array_add(vms, vm_status(vm));
	json_object_object_add(out, "pages", pages);
	json_object_object_add(out, "vms", vms);
}
