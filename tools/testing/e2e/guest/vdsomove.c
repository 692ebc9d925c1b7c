// SPDX-License-Identifier: GPL-2.0
/*
 * The vDSO's area as checkpointing tools treat it: the mappings come by name and lie side
 * by side, only the code can be dumped, and a restored process has all of it moved to
 * where it was when the process was dumped, and reads its clocks there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "dynsym.h"
#include "forbid.h"
#include "mapped.h"

/* In the order of their addresses.  Kernels before 6.13 have no [vvar_vclock]. */
enum part { VVAR, VVAR_VCLOCK, VDSO, PARTS };

static const char *const part_names[PARTS] = { "[vvar]", "[vvar_vclock]", "[vdso]" };

static struct mapped parts[PARTS];

typedef int (*gettime_t)(clockid_t id, struct timespec *ts);

static void find_parts(void)
{
	for (int i = 0; i < PARTS; i++)
		if (find_mapped(part_names[i], &parts[i]))
			note("%lx-%lx %s %s", parts[i].start, parts[i].end, parts[i].permissions,
			     part_names[i]);
}

static void check_layout(void)
{
	unsigned long end = parts[VVAR].end;

	check(parts[VVAR].start && parts[VDSO].start, "vvar and vDSO are mapped",
	      "one is missing");
	if (parts[VVAR_VCLOCK].start) {
		check(parts[VVAR_VCLOCK].start == end, "vvar_vclock follows vvar",
		      "it begins at %#lx", parts[VVAR_VCLOCK].start);
		end = parts[VVAR_VCLOCK].end;
	}
	check(parts[VDSO].start == end, "the vDSO follows its data", "it begins at %#lx, not %#lx",
	      parts[VDSO].start, end);
	for (int i = 0; i < PARTS; i++) {
		const char *permissions = i == VDSO ? "r-xp" : "r--p";
		char label[64];

		snprintf(label, sizeof(label), "%s is %s", part_names[i], permissions);
		if (parts[i].start)
			check(!strcmp(parts[i].permissions, permissions), label, "it is %s",
			      parts[i].permissions);
	}
}

/* What a debugger or a dump sees: the code, and nothing of the pages that the host writes. */
static void check_dump(void)
{
	size_t size = parts[VDSO].end - parts[VDSO].start;
	int mem = open("/proc/self/mem", O_RDONLY);
	char *copy = malloc(size);

	if (mem < 0 || !copy)
		die("/proc/self/mem");
	check(pread(mem, copy, size, (off_t)parts[VDSO].start) == (ssize_t)size &&
	      !memcmp(copy, (void *)parts[VDSO].start, size), "the vDSO's code can be dumped",
	      "what is read differs");
	for (int i = VVAR; i < VDSO; i++) {
		char label[64];
		unsigned long at;
		int readable = 0;

		if (!parts[i].start)
			continue;
		for (at = parts[i].start; at < parts[i].end; at += 4096)
			readable += pread(mem, copy, 1, (off_t)at) == 1;
		snprintf(label, sizeof(label), "no page of %s gets into a dump", part_names[i]);
		check(!readable, label, "%d do", readable);
	}
	free(copy);
	close(mem);
}

/* Offset of a function in the vDSO */
static unsigned long find_symbol(const char *name)
{
	void *symbol = dynsym((void *)parts[VDSO].start, name);

	if (!symbol) {
		errno = ENOENT;
		die("the vDSO's %s", name);
	}
	return (unsigned long)symbol - parts[VDSO].start;
}

/* Moves all parts, as far from each other as they were; returns the vDSO's new place. */
static unsigned long move_parts(void)
{
	unsigned long first = parts[VVAR].start;
	char *to = mmap(NULL, parts[VDSO].end - first, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	if (to == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < PARTS; i++) {
		size_t size = parts[i].end - parts[i].start;

		if (size && mremap((void *)parts[i].start, size, size,
				   MREMAP_MAYMOVE | MREMAP_FIXED,
				   to + (parts[i].start - first)) == MAP_FAILED)
			die("mremap %s", part_names[i]);
	}
	return (unsigned long)to + (parts[VDSO].start - first);
}

/* libc knows the old place only, so nothing here may ask it for the time. */
static int read_moved(const char *when, unsigned long symbol, bool read_before)
{
	int64_t before[ARRAY_SIZE(clock_names)];
	gettime_t gettime;
	char label[80];

	for (const struct clock_name *c = clock_names; c->name; c++) {
		before[c - clock_names] = read_syscall(c->id);
		if (read_before)
			read_vdso(c->id);
	}
	gettime = (gettime_t)(move_parts() + symbol);
	forbid_time_syscalls();
	for (const struct clock_name *c = clock_names; c->name; c++) {
		int64_t ns = -1, passed;
		struct timespec ts;

		if (!gettime(c->id, &ts))
			ns = timespec_ns(&ts);
		passed = ns - before[c - clock_names];
		snprintf(label, sizeof(label), "moved %s: %s", when, c->name);
		check(passed > 0 && passed < 60000000000, label, "%lld ns after the first reading",
		      (long long)passed);
	}
	return check_status();
}

/* In a process of its own, as what was moved stays there. */
static void restore(const char *when, unsigned long symbol, bool read_before)
{
	char label[64];
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		status = read_moved(when, symbol, read_before);
		fflush(stdout);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	snprintf(label, sizeof(label), "moved %s: it lives on", when);
	check(!status, label, "wait status %#x", status);
}

int main(void)
{
	unsigned long symbol;

	find_parts();
	check_layout();
	check_dump();
	symbol = find_symbol("__vdso_clock_gettime");
	/* Pages that nobody has touched are found when they are at their new place. */
	restore("unread", symbol, false);
	restore("after readings", symbol, true);
	return check_status();
}
