// SPDX-License-Identifier: GPL-2.0
/*
 * Opens PTP clocks while they come and go.
 *
 *	ptpopen SECONDS FILE=TEXT...
 *
 * Two threads open and close /dev/ptp0 to /dev/ptp3, and read the first, while TEXT is
 * written to each FILE in turn, again and again. What becomes of the kernel is for its log
 * to say. (A virtual clock must not be read while it is made, which is another mistake
 * of kernels: it is registered before it has a counter.)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptp_clock.h>
#include <sys/ioctl.h>

#include "check.h"

#define OPENERS		2
#define CLOCKS		4
/* More rounds than that; it takes PATIENCE times as long if it needs to. */
#define ENOUGH		20
#define PATIENCE	10

static bool stop;
static unsigned long opens[OPENERS];

static void *opener(void *arg)
{
	unsigned long *count = arg;
	unsigned int seed = (unsigned long)arg, n = 0;
	struct ptp_sys_offset_extended offset;
	char path[16];
	int fd;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		snprintf(path, sizeof(path), "/dev/ptp%u", n++ % CLOCKS);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		++*count;
		offset = (struct ptp_sys_offset_extended){ .n_samples = 1 };
		/* it may be gone */
		if (!strcmp(path, "/dev/ptp0"))
			ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &offset);
		usleep(rand_r(&seed) % 3000);
		close(fd);
	}
	return NULL;
}

static bool write_text(const char *arg)
{
	const char *text = strchr(arg, '=');
	char path[256];
	ssize_t n;
	int fd;

	errno = EINVAL;
	if (!text)
		die("FILE=TEXT, not that");
	snprintf(path, sizeof(path), "%.*s", (int)(text - arg), arg);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return false;
	text++;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text);
}

/* Return: rounds through all arguments */
static unsigned long come_and_go(long seconds, char **args, int count, unsigned long *failed)
{
	time_t begun = time(NULL), now;
	unsigned long rounds = 0;

	while (now = time(NULL), now < begun + seconds ||
	       (rounds <= ENOUGH && now < begun + seconds * PATIENCE)) {
		for (int i = 0; i < count; i++) {
			*failed += !write_text(args[i]);
			usleep(rand() % 3000);
		}
		rounds++;
	}
	return rounds;
}

int main(int argc, char **argv)
{
	unsigned long rounds, failed = 0;
	pthread_t threads[OPENERS];

	errno = EINVAL;
	if (argc < 3)
		die("ptpopen SECONDS FILE=TEXT...");
	for (int i = 0; i < OPENERS; i++)
		if (pthread_create(&threads[i], NULL, opener, &opens[i]))
			die("cannot start a thread");
	rounds = come_and_go(atoi(argv[1]), argv + 2, argc - 2, &failed);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < OPENERS; i++)
		pthread_join(threads[i], NULL);
	check(rounds > ENOUGH && !failed, "ptpopen: clocks come and go",
	      "%lu rounds, %lu writes failed", rounds, failed);
	check(opens[0] > ENOUGH && opens[1] > ENOUGH, "ptpopen: and are opened meanwhile",
	      "%lu and %lu times", opens[0], opens[1]);
	return check_status();
}
