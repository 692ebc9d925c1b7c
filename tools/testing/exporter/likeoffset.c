// SPDX-License-Identifier: GPL-2.0
/*
 * A process whose data look as if a QEMU's TSC offset were among them, that of a VM
 * which was started elsewhere.
 *
 *	likeoffset still	by chance, as two pointers may
 *	likeoffset moving	as that of a VM that runs
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hostclock/platform.h>

/* Some days of a guest's life */
#define GUEST_TSC	0x7f0000000000ULL

/* What hostclockd knows a QEMU by. */
static const volatile char version[] = "QEMU emulator version 0";

static struct {
	u64 previous;
	u64 offset;
	u32 count;
	u32 rest[5];
} words;

int main(int argc, char **argv)
{
	bool moving = argc == 2 && !strcmp(argv[1], "moving");
	u64 offset = GUEST_TSC - hostclock_rdtsc() + !version[0];

	if (argc != 2 || (!moving && strcmp(argv[1], "still"))) {
		fprintf(stderr, "usage: likeoffset still|moving\n");
		return 2;
	}
	WRITE_ONCE(words.offset, offset);
	do {
		WRITE_ONCE(words.previous, hostclock_rdtsc() + offset);
		usleep(1000);
	} while (moving);
	pause();
	return 0;
}
