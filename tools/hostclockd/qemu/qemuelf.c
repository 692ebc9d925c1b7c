// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/elf.h>

#include "base/errand.h"
#include "qemuelf.h"

#define MAX_SEGMENTS	64
/* QEMU's is 2 to 5 MiB; anything much larger is another program. */
#define MAX_DATA	(256ULL << 20)
#define MIN_DATA	64

/* The lowest address at which the process has the file's beginning mapped. */
static int load_address(pid_t pid, const struct stat *exe, u64 *address,
			struct problem *why)
{
	char name[32], line[4352];
	unsigned long long start, offset, inode;
	int found = 0;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	f = fopen(name, "re");
	if (!f)
		return problem_errno(why, "%s: cannot open", name);
	while (!found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%*x %*s %llx %*s %llu",
			   &start, &offset, &inode) == 3)
			found = inode == exe->st_ino && !offset;
	}
	fclose(f);
	if (!found)
		return problem_set(why, "%s: the program itself is not mapped", name);
	*address = start;
	return 0;
}

static int read_segments(int fd, const char *name, struct elf64_phdr *ph, int *count,
			 struct problem *why)
{
	struct elf64_hdr eh;
	ssize_t size;

	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_phentsize != sizeof(*ph) || eh.e_phnum > MAX_SEGMENTS)
		return problem_set(why, "%s: is not a 64-bit ELF program", name);
	size = eh.e_phnum * sizeof(*ph);
	if (pread(fd, ph, size, eh.e_phoff) != size)
		return problem_set(why, "%s: has no program headers", name);
	*count = eh.e_phnum;
	return 0;
}

static int find_data(const struct elf64_phdr *ph, int count, const char *name,
		     u64 address, struct elf_data *d, struct problem *why)
{
	const struct elf64_phdr *first = NULL, *data = NULL;
	int i;

	for (i = 0; i < count; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		if (!first)
			first = &ph[i];
		if (ph[i].p_flags & PF_W)
			data = &ph[i];
	}
	if (!data || data->p_memsz > MAX_DATA || data->p_memsz < MIN_DATA)
		return problem_set(why, "%s: has no writable data of a likely size",
				   name);
	d->bias = address - (first->p_vaddr & ~0xfffULL);
	d->start = (d->bias + data->p_vaddr + 7) & ~7ULL;
	d->size = (data->p_memsz - 7) & ~7ULL;
	return 0;
}

/* What every QEMU that runs VMs prints with --version. */
static const char version[] = "QEMU emulator version";

/* Is that in the file? */
static bool has_version(int fd)
{
	static char data[1 << 20];
	const size_t overlap = sizeof(version);
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, data, sizeof(data), at)) > (ssize_t)overlap) {
		if (memmem(data, n, version, sizeof(version) - 1))
			return true;
		at += n - overlap;
	}
	return false;
}

/* It stays what it is, since only root can write it. */
static void name_build(const struct stat *st, struct elf_data *d)
{
	if (st->st_uid || !S_ISREG(st->st_mode) || (st->st_mode & 022))
		return;
	snprintf(d->key, sizeof(d->key), "%jx-%ju-%jd-%jd.%09ld-%jd.%09ld",
		 (uintmax_t)st->st_dev, (uintmax_t)st->st_ino,
		 (intmax_t)st->st_size, (intmax_t)st->st_mtime, st->st_mtim.tv_nsec,
		 (intmax_t)st->st_ctime, st->st_ctim.tv_nsec);
}

static int find_in(int fd, pid_t pid, const char *name, struct elf_data *d,
		   struct problem *why)
{
	struct elf64_phdr ph[MAX_SEGMENTS];
	u64 address = 0;
	struct stat st;
	int count;

	if (fstat(fd, &st))
		return problem_errno(why, "%s: fstat", name);
	if (read_segments(fd, name, ph, &count, why) ||
	    load_address(pid, &st, &address, why) ||
	    find_data(ph, count, name, address, d, why))
		return -1;
	if (!has_version(fd))
		return problem_set(why,
				   "process %d is no VM: KVM has none of it, and its program is no QEMU",
				   pid);
	name_build(&st, d);
	return 0;
}

/* In a process of its own: the program can be on a file system that hangs. */
static int find_data_of(void *arg, void *answer, struct problem *why)
{
	pid_t *pid = arg;
	char name[32];
	int fd, ret;

	snprintf(name, sizeof(name), "/proc/%d/exe", *pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(why,
				     "%s: cannot open (is process %d running, and may this user read it?)",
				     name, *pid);
	ret = find_in(fd, *pid, name, answer, why);
	close(fd);
	return ret;
}

/**
 * elf_data_find - find a QEMU's main program and its writable data
 * @pid: the process
 * @d: the answer
 * @lost: see errand_run()
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int elf_data_find(pid_t pid, struct elf_data *d, pid_t *lost, struct problem *why)
{
	struct errand e = {
		.what = "looking at the QEMU's program",
		.work = find_data_of,
		.arg = &pid,
		.answer = d,
		.size = sizeof(*d),
	};

	return errand_run(&e, lost, why);
}
