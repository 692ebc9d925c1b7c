// SPDX-License-Identifier: GPL-2.0
/* The pages themselves, for when there is no exporter to ask. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hostclock/clocks.h>
#include <hostclock/validate.h>

#include "base/json.h"
#include "base/names.h"
#include "clock/state.h"
#include "ctl.h"

static void *map(int dir, const char *name, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return NULL;
	p = lseek(fd, 0, SEEK_END) >= (off_t)size ?
	    mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static void put_clock(struct json_object *o, const struct hostclock_clock_page *cp,
		      const struct hostclock_params *p)
{
	struct hostclock_sync_quality trust;
	struct hostclock_clocks clocks;
	u64 now = hostclock_rdtsc();

	json_put_text(o, "format", names_format[cp->format & 1]);
	json_put_text(o, "smear", cp->smear < 3 ? names_smear[cp->smear] : "?");
	json_put_uint(o, "epoch", HOSTCLOCK_LE64(p->epoch));
	json_put_text(o, "status", p->status < 5 ? names_status[p->status] : "?");
	if (cp->format != HOSTCLOCK_FORMAT_UNSCALED)
		return;	/* how the counter follows from the TSC is not on it */
	hostclock_sync_quality_at(p, now, &trust);
	hostclock_clocks_at(p, NULL, now, &clocks);
	json_put_uint(o, "age_ns", trust.age_ns);
	json_put_uint(o, "maxerror_ns", trust.maxerror_ns);
	json_put_bool(o, "valid", trust.valid);
	json_put_int(o, "realtime_ns", hostclock_time_ns(clocks.realtime));
	json_put_int(o, "monotonic_ns", hostclock_time_ns(clocks.monotonic));
}

static void put_page(struct json_object *pages,
		     const struct hostclock_clock_page *cp)
{
	struct json_object *o = json_object_new_object();
	struct hostclock_clock_page copy;
	u32 seq;

	json_object_array_add(pages, o);
	if (!hostclock_snapshot_page(cp, &copy)) {
		json_put_text(o, "problem", "keeps changing");
		return;
	}
	seq = HOSTCLOCK_LE32(copy.seq);
	put_clock(o, &copy, &copy.params[(seq >> 1) & 1]);
}

static void put_vm(struct json_object *vms, int dir, const char *name)
{
	const struct hostclock_guest_page *gp = map(dir, name, HOSTCLOCK_PAGE_SIZE);
	struct hostclock_guest_page copy;
	struct json_object *o;

	if (!gp)
		return;
	o = json_object_new_object();
	json_put_text(o, "name", name);
	json_put_text(o, "state", "unknown");
	if (hostclock_snapshot_guest(gp, &copy)) {
		json_put_text(o, "format", names_format[copy.clock_format & 1]);
		json_put_text(o, "smear", copy.clock_smear < 3 ?
			      names_smear[copy.clock_smear] : "?");
		json_put_uint(o, "epoch", HOSTCLOCK_LE64(copy.epoch));
		json_put_int(o, "tsc_offset", HOSTCLOCK_LE64(copy.tsc_offset));
		json_put_uint(o, "generation", HOSTCLOCK_LE64(copy.generation));
	}
	json_object_array_add(vms, o);
	munmap((void *)gp, HOSTCLOCK_PAGE_SIZE);
}

static void put_vms(struct json_object *vms, int dir)
{
	int fd = openat(dir, "vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] != '.')
			put_vm(vms, fd, e->d_name);
	}
	if (d)
		closedir(d);
}

/**
 * ctl_offline - what the pages of an exporter that has ended say
 * @ctl: which
 * @out: where to put it, as hostclockd's own status would be
 * @why: why there is no hostclockd to ask; what else went wrong replaces it
 *
 * Return: 0 or -1.
 */
int ctl_offline(const struct ctl *ctl, struct json_object *out,
		struct problem *why)
{
	struct json_object *pages = json_object_new_array();
	struct json_object *vms = json_object_new_array();
	int dir = open(ctl->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	void *file;
	int i;

	json_object_object_add(out, "pages", pages);
	json_object_object_add(out, "vms", vms);
	json_put_bool(out, "running", false);
	if (dir < 0)
		return errno == ENOENT ? -1 : problem_errno(why, "%s: cannot open", ctl->dir);
	file = map(dir, CLOCK_FILE, CLOCK_FILE_SIZE);
	if (!file) {
		close(dir);
		return problem_set(why,
				   "%s: holds no clock pages, and no hostclockd is running there; "
				   CTL_ADVICE,
				   ctl->dir);
	}
	for (i = 0; i < PAGES; i++)
		put_page(pages, file + i * HOSTCLOCK_PAGE_SIZE);
	put_vms(vms, dir);
	munmap(file, CLOCK_FILE_SIZE);
	close(dir);
	return 0;
}
