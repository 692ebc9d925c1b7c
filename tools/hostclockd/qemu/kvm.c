// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/errand.h"
#include "base/spare.h"
#include "kvm.h"

/* The numbers of CPUs may have holes, but not larger ones than KVM's limit. */
#define MAX_CPU_NUMBER	65536

static DIR *open_dir(const char *path)
{
	int fd = spare_openat(AT_FDCWD, path, O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

/* KVM calls a VM's directory after the thread that made the VM: is that one of ours? */
static bool is_vm_of(const char *name, pid_t pid)
{
	char path[64], *end;
	unsigned long tid = strtoul(name, &end, 10);

	if (end == name || *end != '-' || !tid || tid > INT_MAX)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/task/%lu", pid, tid);
	return tid == (unsigned long)pid || !access(path, F_OK);
}

/*
 * Open a VM's directory, finding it first if need be.  KVM calls it TID-FD, and each
 * CPU's vcpuN.
 */
static int open_vm(const char *debugfs, pid_t pid, struct kvm_place *place)
{
	char path[PATH_MAX];
	struct dirent *e;
	int fd = -1, error;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", debugfs, place->vm);
	if (place->vm[0])
		fd = spare_openat(AT_FDCWD, path, O_DIRECTORY);
	if (fd >= 0)
		return fd;
	d = open_dir(debugfs);
	if (!d)
		return -1;
	error = ENOENT;
	while (fd < 0 && (e = readdir(d))) {
		if (!is_vm_of(e->d_name, pid) ||
		    strlen(e->d_name) >= sizeof(place->vm))
			continue;
		fd = spare_openat(dirfd(d), e->d_name, O_DIRECTORY);
		error = errno;
		memcpy(place->vm, e->d_name, strlen(e->d_name) + 1);
	}
	closedir(d);
	errno = error;
	return fd;
}

int kvm_has(const char *debugfs, pid_t pid)
{
	struct kvm_place place = { .vm = "" };
	int fd = open_vm(debugfs, pid, &place);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
	close(fd);
	return 1;
}

/* In a process of its own: there may be a million descriptors to look at. */
static int look_for_kvm(void *arg, void *answer, struct problem *why)
{
	char path[32], link[32];
	bool *found = answer;
	pid_t *pid = arg;
	struct dirent *e;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", *pid);
	d = opendir(path);
	if (!d)
		return problem_errno(why, "%s: cannot look", path);
	*found = false;
	while (!*found && (e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		*found = !strcmp(link, "/dev/kvm") ||
			 !strcmp(link, "anon_inode:kvm-vm");
	}
	closedir(d);
	return 0;
}

/**
 * kvm_uses - does the process have KVM open?
 * @pid: the process
 * @lost: see errand_run()
 *
 * Its TSC offset is then KVM's, wherever that is told, and not what is in QEMU's
 * memory, which looks the same.
 *
 * Return: true if so; false if not, or if it is not to be found out.
 */
bool kvm_uses(pid_t pid, pid_t *lost)
{
	struct problem why;
	bool found = false;
	struct errand e = {
		.what = "looking for KVM",
		.work = look_for_kvm,
		.arg = &pid,
		.answer = &found,
		.size = sizeof(found),
	};

	return !errand_run(&e, lost, &why) && found;
}

/* A file's number; an offset is printed as a signed one. */
static bool read_number(int vm, const char *cpu, const char *name, u64 *value)
{
	char path[PATH_MAX + 64], text[32] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", cpu, name);
	fd = spare_openat(vm, path, 0);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	*value = text[0] == '-' ? (u64)strtoll(text, NULL, 0) :
				  strtoull(text, NULL, 0);
	return true;
}

static bool read_cpu(int vm, const char *cpu, struct hostclock_tsc *tsc)
{
	u64 bits = 0;

	if (!read_number(vm, cpu, "tsc-offset", &tsc->offset))
		return false;
	if (!read_number(vm, cpu, "tsc-scaling-ratio", &tsc->ratio) ||
	    !read_number(vm, cpu, "tsc-scaling-ratio-frac-bits", &bits) ||
	    bits > 63) {
		/* no scaling in hardware */
		bits = 0;
		tsc->ratio = 1;
	}
	tsc->frac_bits = bits;
	return true;
}

static bool same(const struct hostclock_tsc *a, const struct hostclock_tsc *b)
{
	return a->ratio == b->ratio && a->offset == b->offset &&
	       a->frac_bits == b->frac_bits;
}

/**
 * kvm_read - how a VM's TSC is scaled and offset
 * @debugfs: KVM's directory
 * @pid: the VM's process
 * @place: where its files are, which is found if it is not known
 * @tsc: the answer
 * @why: what went wrong
 *
 * Return: 0, or -1 if it is not known or not the same on all its CPUs.
 */
int kvm_read(const char *debugfs, pid_t pid, struct kvm_place *place,
	     struct hostclock_tsc *tsc, struct problem *why)
{
	int fd = open_vm(debugfs, pid, place), cpus = 0, bad = 0;
	struct hostclock_tsc one;
	struct dirent *e;
	unsigned int n;
	DIR *d;

	place->cpus = 0;
	if (fd < 0)
		return problem_errno(why, "%s/%d-*: no such KVM guest (is debugfs mounted?)",
				     debugfs, pid);
	d = fdopendir(fd);
	if (!d) {
		problem_errno(why, "%s/%d-*: cannot look", debugfs, pid);
		close(fd);
		return -1;
	}
	while ((e = readdir(d))) {
		if (strncmp(e->d_name, "vcpu", 4) ||
		    !read_cpu(fd, e->d_name, &one))
			continue;
		bad |= cpus && !same(&one, tsc);
		*tsc = one;
		cpus++;
		snprintf(place->cpu, sizeof(place->cpu), "%.15s", e->d_name);
		n = strtoul(e->d_name + 4, NULL, 10) + 1;
		if (n > place->cpus && n <= MAX_CPU_NUMBER)
			place->cpus = n;
		place->offset = one.offset;
	}
	closedir(d);
	spare_keep();
	if (bad)
		return problem_set(why,
				   "the TSCs of process %d's vCPUs are offset differently: no page can describe that",
				   pid);
	if (cpus)
		return 0;
	problem_set(why,
		    "%s/%d-*: has no vcpu*/tsc-offset (a VM that is just starting? a kernel before 4.17?)",
		    debugfs, pid);
	why->again = true;
	return -1;
}

/**
 * kvm_same - has a VM still got the TSC offset that kvm_read() found?
 * @debugfs: KVM's directory
 * @place: from that
 *
 * Looks at one of its CPUs only, at another one each time.
 *
 * Return: true if so; false if not, or if it is not to be found out.
 */
bool kvm_same(const char *debugfs, struct kvm_place *place)
{
	char path[PATH_MAX];
	u64 offset;

	if (!place->vm[0] || !place->cpus)
		return false;
	place->next = (place->next + 1) % place->cpus;
	snprintf(path, sizeof(path), "%s/%s/vcpu%u", debugfs, place->vm, place->next);
	if (read_number(AT_FDCWD, path, "tsc-offset", &offset))
		return offset == place->offset;
	/* there is none of that number */
	snprintf(path, sizeof(path), "%s/%s/%s", debugfs, place->vm, place->cpu);
	return read_number(AT_FDCWD, path, "tsc-offset", &offset) &&
	       offset == place->offset;
}
