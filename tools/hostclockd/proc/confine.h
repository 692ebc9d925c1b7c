/* SPDX-License-Identifier: GPL-2.0 */
/* Giving up what the clock process does not need once it runs. */
#ifndef HOSTCLOCKD_CONFINE_H
#define HOSTCLOCKD_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/report.h"

/**
 * struct user - who the clock process becomes
 * @name:	the user's, or "" if it stays who it is
 * @uid:	user
 * @gid:	group
 * @named:	it was asked for
 */
struct user {
	char name[33];
	uid_t uid;
	gid_t gid;
	bool named;
};

int confine_find_user(const char *name, struct user *user, struct problem *why);
int confine_user(const struct user *user, struct problem *why);
int confine_calls(struct problem *why);

#endif /* HOSTCLOCKD_CONFINE_H */
