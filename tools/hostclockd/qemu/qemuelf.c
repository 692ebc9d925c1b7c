// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/elf.h>

#include "qemuelf.h"

#define MAX_SEGMENTS	64
/* QEMU's is 2 to 5 MiB; anything much larger is another program. */
#define MAX_DATA	(256ULL << 20)

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
	if (!data || data->p_memsz > MAX_DATA)
		return problem_set(why, "%s: has no writable data of a likely size",
				   name);
	d->bias = address - (first->p_vaddr & ~0xfffULL);
	d->start = (d->bias + data->p_vaddr + 7) & ~7ULL;
	d->size = (data->p_memsz - 7) & ~7ULL;
	return 0;
}

/**
 * elf_data_find - find a process's main program and its writable data
 * @pid: the process
 * @d: the answer
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int elf_data_find(pid_t pid, struct elf_data *d, struct problem *why)
{
	struct elf64_phdr ph[MAX_SEGMENTS];
	int fd, count, ret = -1;
	struct stat st;
	char name[32];
	u64 address = 0;

	snprintf(name, sizeof(name), "/proc/%d/exe", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(why,
				     "%s: cannot open (is process %d running, and may this user read it?)",
				     name, pid);
	if (fstat(fd, &st))
		problem_errno(why, "%s: fstat", name);
	else if (!read_segments(fd, name, ph, &count, why) &&
		 !load_address(pid, &st, &address, why))
		ret = find_data(ph, count, name, address, d, why);
	close(fd);
	snprintf(d->key, sizeof(d->key), "%jx-%ju-%jd-%jd",
		 (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		 (intmax_t)st.st_size, (intmax_t)st.st_mtime);
	return ret;
}
