// SPDX-License-Identifier: GPL-2.0
#include <time.h>

#include "base/json.h"
#include "base/names.h"
#include "base/rate.h"
#include "clock/view.h"
#include "status.h"
#include "vm/doorbell.h"
#include "vm/guest.h"
#include "vm/state.h"

/* VMs in one answer, of less than 2.5 KiB each: see CONTROL_MAX. */
#define STATUS_VMS	75

static struct json_object *page_status(struct exporter *x,
				       const struct page_view *pg)
{
	struct json_object *o = json_object_new_object();
	u64 counter = view_counter(&x->clock, pg->format, hostclock_rdtsc());
	const struct params *p = view_params_at(pg, counter);
	s64 age_ns = rate_ns_signed(counter - p->cycle_last,
				    view_rate(&x->clock, pg->format, x->clock.scale));

	json_put_text(o, "format", names_format[pg->format]);
	json_put_text(o, "smear", names_smear[pg->smear]);
	json_put_uint(o, "epoch", p->epoch);
	json_put_text(o, "status", names_status[p->status]);
	json_put_int(o, "age_ns", age_ns);
	json_put_uint(o, "maxerror_ns", p->maxerror_ns +
		rate_muldiv(age_ns < 0 ? 0 : age_ns, p->maxerror_rate_ppb, PPB));
	json_put_uint(o, "maxerror_at_update_ns", p->maxerror_ns);
	json_put_int(o, "maxerror_rate_ppb", p->maxerror_rate_ppb);
	json_put_uint(o, "valid_ns", p->valid_ns);
	json_put_int(o, "wall_offset_ns", p->realtime_offset_ns);
	json_put_int(o, "boot_offset_ns", p->boottime_offset_ns);
	json_put_int(o, "realtime_ns", params_mono(p, counter) + p->realtime_offset_ns);
	json_put_int(o, "monotonic_ns", params_mono(p, counter));
	json_put_int(o, "raw_ns", params_raw(p, counter));
	json_put_int(o, "tai_offset_sec", p->tai_sec);
	json_put_text(o, "leap_indicator", names_leap[p->leap_indicator]);
	json_put_int(o, "leap_sec", p->leap_sec);
	return o;
}

static struct json_object *vm_status(const struct vm *vm)
{
	struct json_object *o = json_object_new_object();

	json_put_text(o, "name", vm->name);
	json_put_text(o, "state", names_state[vm->state]);
	json_put_text(o, "method", names_method[vm->source.method]);
	json_put_text(o, "transport", vm->private ? "private" : "shared");
	json_put_text(o, "format", names_format[vm->format]);
	json_put_text(o, "smear", names_smear[vm->smear]);
	json_put_text(o, "policy", names_policy[vm->policy]);
	json_put_int(o, "pid", vm->source.pid);
	json_put_bool(o, "hears_events", vm->source.monitor);
	json_put_uint(o, "epoch", vm->page.epoch);
	json_put_text(o, "cause", names_cause[vm->page.cause]);
	json_put_int(o, "tsc_offset", vm->page.tsc_offset);
	json_put_int(o, "mono_offset_ns", vm->page.mono_offset);
	json_put_int(o, "raw_offset_ns", vm->page.raw_offset);
	json_put_uint(o, "generation", vm->page.generation);
	json_put_uint(o, "resume_tsc", vm->page.resume_tsc);
	json_put_uint(o, "gap_ns", vm->page.gap_ns);
	json_put_uint(o, "stop_tsc", vm->page.stop_tsc);
	json_put_uint(o, "gaps_ns", vm->page.gaps_ns);
	json_put_int(o, "ran_on_tsc", vm->page.ran_on_tsc);
	json_put_error(o, "gap_maxerror_ns", vm->page.gap_error_ns);
	json_put_error(o, "gaps_maxerror_ns", vm->page.gaps_error_ns);
	json_put_uint(o, "disruption_marker", vm->page.marker);
	if (vm->source.method == VM_TCG)
		json_put_uint(o, "counter_generation", vm->source.tcg.count);
	doorbell_status(vm, o);
	if (vm->file.problem.text[0])
		json_put_text(o, "page_file_problem", vm->file.problem.text);
	if (vm->source.problem.text[0])
		json_put_text(o, "problem", vm->source.problem.text);
	return o;
}

/* Does the host's kernel write a page, for `hostclockctl kernel`, too. */
void status_kernel(const struct exporter *x, struct json_object *out)
{
	json_put_text(out, "kernel", names_kernel[x->clock.kernel.state]);
	json_put_text(out, "kernel_reason", x->clock.kernel.why);
}

static void clock_status(struct exporter *x, struct json_object *out)
{
	const struct clock_view *c = &x->clock;
	const char *why;
	s64 since = state_unsaved_since(&why);

	json_put_int(out, "tsc_khz", c->khz);
	json_put_int(out, "update_hz", c->interval_ns ? NSEC_PER_SEC / c->interval_ns : 0);
	json_put_int(out, "bracket_half_ns", c->stats.half_ns);
	json_put_int(out, "residual_ns", c->stats.residual_ns);
	json_put_int(out, "slew_ppb", c->slew_ppb);
	json_put_text(out, "tai_source", names_tai[c->tai_source]);
	json_put_int(out, "tai_offset_sec", c->tai_sec);
	json_put_bool(out, "simulated", c->simulated);
	json_put_bool(out, "frozen", c->frozen);
	json_put_bool(out, "continued", c->continued);
	json_put_bool(out, "utc_synced", c->utc_synced);
	status_kernel(x, out);
	if (c->problem[0])
		json_put_text(out, "clock_problem", c->problem);
	if (since) {
		json_put_int(out, "state_unsaved_since_sec", since);
		json_put_text(out, "state_problem", why);
	}
	json_put_uint(out, "update_count", c->stats.count);
	json_put_uint(out, "update_ns_total", c->stats.ns_total);
	json_put_uint(out, "update_ns_min", c->stats.ns_min);
	json_put_uint(out, "update_ns_last", c->stats.ns_last);
	json_put_uint(out, "update_late", c->stats.late);
	json_put_uint(out, "update_missed", c->stats.missed);
}

static struct json_object *process_status(const char *role, const struct process *p)
{
	struct json_object *o = json_object_new_object();
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	json_put_text(o, "role", role);
	/* null while there is none */
	json_object_object_add(o, "pid", p->pid ? json_object_new_int(p->pid) : NULL);
	json_put_int(o, "uptime_sec", ts.tv_sec - p->started_ns / NSEC_PER_SEC);
	json_put_uint(o, "restarts", p->restarts);
	return o;
}

static void processes_status(const struct table *t, struct json_object *out)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, process_status("supervisor", &t->supervisor));
	json_object_array_add(list, process_status("clock", &t->children[ROLE_CLOCK]));
	json_object_array_add(list, process_status("attendant", &t->children[ROLE_ATTENDANT]));
	json_object_object_add(out, "processes", list);
}

/**
 * status_fill - all status, for `hostclockctl status`
 * @x: the exporter
 * @vm: the first VM to include, or NULL
 * @out: where to put it
 *
 * If it is not about all VMs behind that, "more" is the name of the last that it is
 * about.
 */
void status_fill(struct exporter *x, const struct vm *vm, struct json_object *out)
{
	struct json_object *pages = json_object_new_array();
	struct json_object *vms = json_object_new_array();
	int i;

	clock_status(x, out);
	for (i = 0; i < PAGES; i++)
		json_object_array_add(pages, page_status(x, &x->clock.pages[i]));
	for (i = 0; vm && i < STATUS_VMS; i++, vm = vm->next) {
		json_object_array_add(vms, vm_status(vm));
		if (i == STATUS_VMS - 1 && vm->next)
			json_put_text(out, "more", vm->name);
	}
	json_object_object_add(out, "pages", pages);
	json_object_object_add(out, "vms", vms);
	if (x->table)
		processes_status(x->table, out);
}
