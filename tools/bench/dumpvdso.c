// SPDX-License-Identifier: GPL-2.0
/* Writes the vDSO of the kernel that runs this to standard output. */
#include <stdio.h>

#include "../testing/e2e/guest/check.h"
#include "../testing/e2e/guest/mapped.h"

int main(void)
{
	struct mapped vdso;
	size_t size;

	if (!find_mapped("[vdso]", &vdso))
		die("no [vdso] in /proc/self/maps");
	size = vdso.end - vdso.start;
	if (fwrite((const void *)vdso.start, 1, size, stdout) != size || fflush(stdout))
		die("standard output");
	return 0;
}
