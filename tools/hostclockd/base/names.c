// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <string.h>

#include "names.h"

const char *const names_format[] = { "unscaled", "scaled", NULL };
const char *const names_smear[] = { "strict", "noon", "sls", NULL };
const char *const names_policy[] = { "default", "suspend", "steal", NULL };
const char *const names_cause[] = {
	"none", "stop", "restore", "clone", "migration", "offset", "exporter",
	NULL
};

const char *const names_status[] = {
	"unknown", "initializing", "synchronized", "freerunning", "unreliable",
	NULL
};

const char *const names_leap[] = {
	"none", "pre-positive", "pre-negative", "positive", "post-positive",
	"post-negative", NULL
};

const char *const names_method[] = {
	"none", "given", "tcg-memory", "kvm-debugfs", NULL
};

const char *const names_state[] = {
	"idle", "pending", "running", "stopped", "gone", NULL
};

const char *const names_tai[] = {
	"unknown", "kernel", "list", "expired-list", "simulated", NULL
};

const char *const names_kernel[] = {
	"absent", "off", "soon", "refused", "live", NULL
};

int names_find(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i]; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}
