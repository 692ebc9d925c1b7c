// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "name.h"

/* Names become file names below vm/. */
bool vm_name_ok(const char *name, struct problem *why)
{
	size_t len = strlen(name);

	if (len && len <= VM_NAME_MAX && name[0] != '.' &&
	    strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len)
		return true;
	problem_set(why,
		    "\"%s\" cannot name a VM: 1 to %d letters, digits, '.', '_' and '-', not beginning with '.'",
		    name, VM_NAME_MAX);
	return false;
}
