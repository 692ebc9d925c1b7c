// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/rate.h"
#include "clock/hostid.h"
#include "qemu/tcgcache.h"
#include "saved.h"
#include "savedtext.h"
#include "state.h"

/* Time between two writes of what others change. */
#define OTHERS_NS	(200 * NSEC_PER_MSEC)
/* Time between attempts to write the state after an error: at first, and at most. */
#define RETRY_NS	NSEC_PER_SEC
#define RETRY_MAX_NS	(32 * NSEC_PER_SEC)

/* The host's TSC when it was last written for them. */
static u64 others_tsc;

/* What is known of such an error. */
static struct {
	s64 since_sec;
	u64 tsc;
	u64 retry_ns;
	struct problem why;
} failing;

void state_host_id(char text[HEX_SIZE(16)])
{
	u8 id[16];

	hostid_boot(id);
	hex_write(text, id, sizeof(id));
}

static void save_head(const struct exporter *x, struct json_object *o)
{
	char id[HEX_SIZE(16)];

	state_host_id(id);
	json_put_int(o, "version", STATE_VERSION);
	json_put_text(o, "host_id", id);
	json_put_uint(o, "pages_afresh", x->afresh);
}

static struct json_object *save_builds(void)
{
	struct json_object *list = json_object_new_array(), *build;
	const char *key;
	u64 offset;
	int i;

	for (i = 0; (key = tcgcache_entry(i, &offset)); i++) {
		build = json_object_new_object();
		json_put_text(build, "build", key);
		json_put_uint(build, "offset", offset);
		json_object_array_add(list, build);
	}
	return list;
}

/* Without its end, to be followed by another member. */
static void write_head(struct exporter *x, FILE *f)
{
	struct json_object *o = json_object_new_object();
	const char *text;

	save_head(x, o);
	json_object_object_add(o, "qemu_builds", save_builds());
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
	fprintf(f, "%.*s", (int)(strlen(text) - strlen("\n}")), text);
	json_object_put(o);
}

/* Return: 0, or -1 if there is no memory. */
static int write_vms(struct exporter *x, FILE *f)
{
	const char *comma = "";
	struct vm *vm;
	size_t i;

	for (vm = x->vms; vm; vm = vm->next) {
		const char *text = savedtext(vm);

		if (!text)
			return -1;
		fprintf(f, "%s\n%s", comma, text);
		comma = ",";
	}
	for (i = 0; saved_kept(i); i++) {
		fprintf(f, "%s\n%s", comma,
			json_object_to_json_string_ext(saved_kept(i), JSON_C_TO_STRING_PRETTY));
		comma = ",";
	}
	return 0;
}

static int write_state(struct exporter *x, struct problem *why)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int bad;

	if (!f)
		return problem_errno(why, "%s: cannot allocate", STATE_FILE);
	write_head(x, f);
	fputs(",\n\"vms\":[", f);
	bad = write_vms(x, f);
	fputs("\n]\n}\n", f);
	if (fclose(f) || bad)
		bad = problem_errno(why, "%s: cannot allocate", STATE_FILE);
	else
		bad = files_replace(x->dir, STATE_FILE, text, 0600, why);
	free(text);
	return bad;
}

/**
 * state_sync - write the state, if any of it has changed since it was written
 * @x: the exporter
 * @why: what went wrong
 *
 * Return: 0 or -1; then the state is still to be written.
 */
int state_sync(struct exporter *x, struct problem *why)
{
	if (!x->unsaved)
		return 0;
	if (write_state(x, why)) {
		if (!failing.since_sec)
			failing.since_sec = time(NULL);
		failing.why = *why;
		return -1;
	}
	if (!x->save_now)
		others_tsc = hostclock_rdtsc();
	x->unsaved = false;
	x->save_now = false;
	failing.since_sec = 0;
	failing.retry_ns = 0;
	return 0;
}

/* Can it wait until the next round? */
static bool can_wait(const struct exporter *x)
{
	u64 ago = hostclock_rdtsc() - (failing.retry_ns ? failing.tsc : others_tsc);
	u64 wait_ns = failing.retry_ns;

	if (!wait_ns && !x->save_now)
		wait_ns = OTHERS_NS;
	return rate_ns(ago, x->clock.scale) < wait_ns;
}

/**
 * state_keep - the same at the end of a dispatch
 * @x: the exporter
 *
 * Logs an error once, and tries again after RETRY_NS, twice that, ... RETRY_MAX_NS.
 */
void state_keep(struct exporter *x)
{
	static struct problem said;
	struct problem why;

	if (!x->unsaved || can_wait(x))
		return;
	if (!state_sync(x, &why)) {
		if (said.text[0])
			say("%s: saved again", STATE_FILE);
		said.text[0] = '\0';
		return;
	}
	failing.tsc = hostclock_rdtsc();
	failing.retry_ns = failing.retry_ns ? 2 * failing.retry_ns : RETRY_NS;
	if (failing.retry_ns > RETRY_MAX_NS)
		failing.retry_ns = RETRY_MAX_NS;
	if (strcmp(said.text, why.text))
		say("%s; the state is not saved, and it is tried again", why.text);
	said = why;
}

/* Since when the state could not be saved (as in time_t), and why; 0 if it is. */
s64 state_unsaved_since(const char **why)
{
	*why = failing.why.text;
	return failing.since_sec;
}
