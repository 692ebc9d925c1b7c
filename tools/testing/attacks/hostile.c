// SPDX-License-Identifier: GPL-2.0
/*
 * hostile SLOT: a process that looks like a QEMU with -accel tcg, with its TSC offset in
 * one of SLOTS places.  It obeys the characters on standard input, and answers each with
 * the offset, or 0 while it is stopped:
 *
 *	g	go on, with another offset
 *	s	stop
 *	h	whoever reads its memory hangs
 *	r	not any more
 *	f	as if a stopped VM's offset stood in the next slot, too
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include <hostclock/platform.h>

#define SLOTS	4
#define PAGE	4096

/* What hostclockd knows a QEMU by. */
static const volatile char version[] = "QEMU emulator version 0";

struct words {
	u64 previous;
	u64 offset;
	u32 count;
	u32 rest[5];
};

/* A page each, so that one can be missing. */
static union {
	struct words words;
	char page[PAGE];
} slots[SLOTS] __attribute__((aligned(PAGE)));

static struct words *own;
static bool runs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The guest reads its TSC all the time. */
static void *guest(void *arg)
{
	(void)arg;
	for (;;) {
		pthread_mutex_lock(&lock);
		if (runs)
			WRITE_ONCE(own->previous, hostclock_rdtsc() + own->offset);
		pthread_mutex_unlock(&lock);
		usleep(1000);
	}
	return NULL;
}

static u64 go(bool on)
{
	u64 now;

	pthread_mutex_lock(&lock);
	if (on != runs) {
		WRITE_ONCE(own->count, own->count + 1);
		now = hostclock_rdtsc();
		/* A little time is not counted, as while it was stopped. */
		WRITE_ONCE(own->offset, on ? own->offset - now : own->offset + now);
		if (on)
			WRITE_ONCE(own->previous, now + own->offset);
		WRITE_ONCE(own->count, own->count + 1);
		runs = on;
	}
	pthread_mutex_unlock(&lock);
	return on ? own->offset : 0;
}

/* Its page is gone, and nobody brings it back.  Return: what to close to undo that. */
static int hang(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { (unsigned long)own, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	pthread_mutex_lock(&lock);
	runs = false;
	pthread_mutex_unlock(&lock);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range) ||
	    madvise(own, PAGE, MADV_DONTNEED)) {
		perror("userfaultfd");
		exit(77);
	}
	return fd;
}

static void fake(struct words *other)
{
	other->offset = 5000000000ULL;
	other->previous = 4000000000ULL;
}

int main(int argc, char **argv)
{
	u64 offset = 0;
	int hung = -1, c, slot;
	pthread_t thread;

	slot = argc == 2 && version[0] ? atoi(argv[1]) % SLOTS : 0;
	own = &slots[slot].words;
	pthread_create(&thread, NULL, guest, NULL);
	while ((c = getchar()) != EOF) {
		if (c == 'g' || c == 's')
			offset = go(c == 'g');
		else if (c == 'h' && hung < 0)
			hung = hang();
		else if (c == 'r' && hung >= 0)
			hung = close(hung);
		else if (c == 'f')
			fake(&slots[(slot + 1) % SLOTS].words);
		printf("%lld\n", (long long)offset);
		fflush(stdout);
	}
	return EXIT_SUCCESS;
}
