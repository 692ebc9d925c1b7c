// SPDX-License-Identifier: GPL-2.0
/* The memory of ivshmem devices.  See bar.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/reader.h>

#include "bar.h"
#include "check.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"
#define IVSHMEM_VENDOR	0x1af4
#define IVSHMEM_DEVICE	0x1110
#define MAX_BARS	16

static unsigned int read_id(const char *device, const char *attribute)
{
	char path[BAR_PATH_SIZE];
	unsigned int id = 0;
	FILE *file;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, attribute);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%x", &id) != 1)
		id = 0;
	fclose(file);
	return id;
}

static void find_driver(struct bar *bar)
{
	char path[BAR_PATH_SIZE], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver", bar->device);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return;
	target[length] = 0;
	snprintf(bar->driver, sizeof(bar->driver), "%.63s", basename(target));
}

static void map_memory(struct bar *bar, bool writable)
{
	char path[BAR_PATH_SIZE];
	struct stat st;
	void *map;
	int fd;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/resource2", bar->device);
	fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die("cannot open %s", path);
	map = mmap(NULL, st.st_size, PROT_READ | (writable ? PROT_WRITE : 0),
		   MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return;
	bar->memory = map;
	bar->size = st.st_size;
}

int bars_find(struct bar *bars, int max, bool writable)
{
	DIR *dir = opendir(PCI_DEVICES);
	struct dirent *entry;
	int found = 0;

	if (!dir)
		die("cannot list " PCI_DEVICES);
	while (found < max && (entry = readdir(dir))) {
		struct bar *bar = &bars[found];

		if (read_id(entry->d_name, "vendor") != IVSHMEM_VENDOR ||
		    read_id(entry->d_name, "device") != IVSHMEM_DEVICE)
			continue;
		memset(bar, 0, sizeof(*bar));
		snprintf(bar->device, sizeof(bar->device), "%.63s",
			 entry->d_name);
		find_driver(bar);
		map_memory(bar, writable);
		found++;
	}
	closedir(dir);
	return found;
}

void bars_close(struct bar *bars, int found)
{
	for (int i = 0; i < found; i++)
		if (bars[i].memory)
			munmap(bars[i].memory, bars[i].size);
}

void *bars_with(uint64_t magic, int patience_s, size_t *size)
{
	time_t start = time(NULL);
	struct bar bars[MAX_BARS];
	int i, found = bars_find(bars, MAX_BARS, true);

	do {
		for (i = 0; i < found; i++) {
			if (!bars[i].memory || bars[i].size < *size ||
			    READ_ONCE(*(uint64_t *)bars[i].memory) != magic)
				continue;
			*size = bars[i].size;
			return bars[i].memory;
		}
		usleep(10000);
	} while (time(NULL) - start <= patience_s);
	errno = ENODEV;
	die("none of %d ivshmem devices has the magic", found);
}
