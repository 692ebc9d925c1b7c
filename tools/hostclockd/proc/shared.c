// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/channel.h"
#include "shared.h"

static void *map(int fd, size_t size, int protection, struct problem *why)
{
	void *m = mmap(NULL, size, protection, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (m != MAP_FAILED)
		return m;
	problem_errno(why, "no memory for our processes");
	return NULL;
}

/* Whoever maps the board from now on cannot write it. */
static int open_board(struct shared *s, struct problem *why)
{
	s->board_fd = memfd_create("hostclockd-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->board_fd < 0 || ftruncate(s->board_fd, sizeof(*s->board)))
		return problem_errno(why, "memfd_create");
	s->board = map(s->board_fd, sizeof(*s->board), PROT_READ | PROT_WRITE, why);
	if (!s->board)
		return -1;
	if (fcntl(s->board_fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW))
		return problem_errno(why, "cannot seal memory");
	return 0;
}

/* Return: 0 or -1. */
int shared_open(struct shared *s, struct problem *why)
{
	s->table = map(-1, sizeof(*s->table), PROT_READ | PROT_WRITE, why);
	return !s->table || open_board(s, why) || channel_open(s->ends, why) ? -1 : 0;
}

/* From now on this process can read the board, and not write it.  Return: 0 or -1. */
int shared_only_read(struct shared *s, struct problem *why)
{
	munmap(s->board, sizeof(*s->board));
	s->board = map(s->board_fd, sizeof(*s->board), PROT_READ, why);
	return s->board ? 0 : -1;
}
