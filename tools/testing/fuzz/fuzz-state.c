// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* hostclockd's state file: whatever is in it, what is taken of it can be used. */
#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "clock/page.h"
#include "vm/saved.h"
#include "vm/stopped.h"

#include "fuzz.h"

/* Errors are not of interest here, and would be many. */
void say(const char *fmt, ...)
{
	(void)fmt;
}

int problem_set(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* As in clock/page.c. */
void pages_header(const struct clock_view *v, const struct page_view *pg,
		  struct hostclock_clock_page *cp)
{
	cp->magic = htole32(HOSTCLOCK_CLOCK_MAGIC);
	cp->version = htole16(HOSTCLOCK_VERSION);
	cp->size = htole16(sizeof(*cp));
	cp->format = pg->format;
	cp->smear = pg->smear;
	cp->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	cp->counter_hz = htole64(pg->format ? HOSTCLOCK_NSEC_PER_SEC : v->khz * 1000);
}

static void check(const struct vm *vm)
{
	MUST(vm->name[0] && vm->name[0] != '.' && strlen(vm->name) <= VM_NAME_MAX);
	MUST(!strchr(vm->name, '/'));
	MUST(strlen(vm->source.qmp_path) < VM_SOCKET_MAX);
	MUST(strlen(vm->source.events_path) < VM_SOCKET_MAX);
	MUST(vm->format <= HOSTCLOCK_FORMAT_SCALED && vm->smear <= HOSTCLOCK_SMEAR_UTC_SLS);
	MUST(vm->policy <= HOSTCLOCK_POLICY_STEAL && vm->page.cause <= HOSTCLOCK_CAUSE_EXPORTER);
	MUST((int)vm->state >= VM_IDLE && vm->state <= VM_GONE);
	MUST((int)vm->source.method >= VM_DETACHED && vm->source.method <= VM_KVM);
	MUST(vm->source.pid >= 0 && vm->page.epoch != ~0ULL);
	MUST(!vm->stop.known || (vm->stop.origin <= STOPPED_OTHER_HOST && vm->stop.params.mult));
}

/* What is written of it is read as the same again. */
static void check_again(const struct vm *vm)
{
	struct json_object *o = saved_put(vm);
	struct vm copy = { .private = false };
	struct problem why;

	MUST(!saved_get(o, &copy, &why));
	MUST(!strcmp(vm->name, copy.name) && vm->page.epoch == copy.page.epoch);
	MUST(vm->page.mono_offset == copy.page.mono_offset && vm->state == copy.state);
	MUST(!memcmp(vm->page.vm_id, copy.page.vm_id, sizeof(copy.page.vm_id)));
	json_object_put(o);
}

static void one(struct json_object *o)
{
	static struct exporter x = { .clock.khz = 2600000 };
	struct vm vm = { .private = false };
	struct problem why;
	int i;

	for (i = 0; i < PAGES; i++) {
		x.clock.pages[i].format = i / 2;
		x.clock.pages[i].smear = i % 2;
	}
	if (saved_get(o, &vm, &why)) {
		MUST(why.text[0]);
		return;
	}
	stopped_load(&x, &vm, o);
	check(&vm);
	check_again(&vm);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct json_object *o = json_tokener_parse(text), *list;
	size_t i, n;

	n = json_count(o, "vms", &list);
	for (i = 0; i < n; i++)
		one(json_object_array_get_idx(list, i));
	json_object_put(o);
	free(text);
	return 0;
}
