// SPDX-License-Identifier: GPL-2.0
/* An image without our patches; see stock.h. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../testing/e2e/guest/dynsym.h"
#include "stock.h"

#define PAGE		4096UL
#define TEXT_MAX	(16 * PAGE)

/* In front of the text: kernel's data, kvm-clock's page, Hyper-V's, the time namespace's */
enum { PAGE_VVAR, PAGE_PVCLOCK, PAGE_HYPERV, PAGE_TIMENS, PAGES };

/* Where in its page the kernel has the data, see its asm/vvar.h */
#define VDSO_DATA_AT	128

static size_t read_text(uint8_t *text, const char *file)
{
	FILE *f = fopen(file, "r");
	size_t len;

	if (!f)
		err(1, "%s", file);
	len = fread(text, 1, TEXT_MAX, f);
	fclose(f);
	if (len < PAGE || len == TEXT_MAX || memcmp(text, ELFMAG, SELFMAG))
		errx(1, "%s: not a vDSO", file);
	return len;
}

void stock_load(struct vdso_image *img, struct vvar *v, const char *file)
{
	uint8_t *pages = mmap(NULL, PAGES * PAGE + TEXT_MAX, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		err(1, "mmap");
	img->text = pages + PAGES * PAGE;
	img->text_len = read_text(img->text, file);
	if (mprotect(img->text, TEXT_MAX, PROT_READ | PROT_EXEC))
		err(1, "mprotect");
	v->clock = dynsym(img->text, "__vdso_clock_gettime");
	if (!v->clock)
		errx(1, "%s: no __vdso_clock_gettime", file);
	v->data = pages + PAGE_VVAR * PAGE + VDSO_DATA_AT;
	v->timens = pages + PAGE_TIMENS * PAGE + VDSO_DATA_AT;
	v->pvclock = pages + PAGE_PVCLOCK * PAGE;
	v->line = (void *)(pages + PAGE_HYPERV * PAGE);
}
