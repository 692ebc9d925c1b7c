// SPDX-License-Identifier: GPL-2.0
/* Reporting, shared by the test programs.  See check.h. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static int failed;

bool check(bool good, const char *name, const char *why, ...)
{
	va_list ap;

	if (good) {
		printf("ok - %s\n", name);
	} else {
		__atomic_store_n(&failed, 1, __ATOMIC_RELAXED);
		printf("not ok - %s: ", name);
		va_start(ap, why);
		vprintf(why, ap);
		va_end(ap);
		putchar('\n');
	}
	fflush(stdout);
	return good;
}

void check_skip(const char *name, const char *why, ...)
{
	va_list ap;

	printf("skip - %s: ", name);
	va_start(ap, why);
	vprintf(why, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void die(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

int check_status(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

uint64_t number_arg(const char *text, const char *what)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-') {
		fprintf(stderr, "%s: %s must be a number, not \"%s\"\n",
			program_invocation_short_name, what, text);
		exit(2);
	}
	return value;
}

void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		die("cannot open %s", path);
	length = read(fd, line, size - 1);
	if (length < 0)
		die("cannot read %s", path);
	close(fd);
	line[length] = 0;
	line[strcspn(line, "\n")] = 0;
}

uint64_t read_number(const char *path)
{
	char line[64];

	read_line(path, line, sizeof(line));
	return strtoull(line, NULL, 0);
}

void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d", cpu);
}
