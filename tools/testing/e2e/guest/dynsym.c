// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../../vdso/image.h"
#include "dynsym.h"

/* Nothing was relocated, and the string table follows the symbol table. */
void *dynsym(void *image, const char *name)
{
	char *base = image;
	const elf_header *header = image;
	const elf_segment *segment = (const void *)(base + header->e_phoff);
	const elf_dynamic *dynamic = NULL;
	const elf_symbol *symbol = NULL;
	const char *strings = NULL;

	for (int i = 0; i < header->e_phnum; i++)
		if (segment[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(base + segment[i].p_offset);
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_STRTAB)
			strings = base + dynamic->d_un.d_ptr;
		if (dynamic->d_tag == DT_SYMTAB)
			symbol = (const void *)(base + dynamic->d_un.d_ptr);
	}
	for (; symbol && strings && (const char *)symbol < strings; symbol++)
		if (!strcmp(strings + symbol->st_name, name))
			return base + symbol->st_value;
	return NULL;
}
