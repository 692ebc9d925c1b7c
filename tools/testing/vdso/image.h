/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest kernel's vDSO image, mapped into this process as that kernel maps it
 * into its own: data pages in front of the text, alternatives applied for this
 * CPU.  The data pages are shared memory with a second, writable mapping, so
 * that the harness can play the kernel.  Several may be loaded at a time.
 */
#ifndef _VDSO_IMAGE_H
#define _VDSO_IMAGE_H

#include <linux/elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The structures of this program's word size, which the image's must be too. */
#ifdef __x86_64__
#define elf_header	struct elf64_hdr
#define elf_section	struct elf64_shdr
#define elf_segment	struct elf64_phdr
#define elf_dynamic	Elf64_Dyn
#define elf_symbol	struct elf64_sym
#else
#define elf_header	struct elf32_hdr
#define elf_section	struct elf32_shdr
#define elf_segment	struct elf32_phdr
#define elf_dynamic	Elf32_Dyn
#define elf_symbol	struct elf32_sym
#endif

/* More places than any image has where it reads the counter. */
#define VDSO_MAX_COUNTERS	64

/**
 * struct vdso_counter - an instruction that reads the counter
 * @ip:		where it is
 * @len:	its length: 2 of RDTSC, 3 of RDTSCP
 */
struct vdso_counter {
	uint8_t *ip;
	uint8_t len;
};

/**
 * struct vdso_image - a loaded image
 * @text:	where programs see the image; the data pages are in front of it
 * @text_len:	bytes of it, whole pages
 * @vvar:	the data pages, writable
 * @vvar_len:	bytes of them
 * @sym:	symbols of the image's .dbg file
 * @sym_count:	how many
 * @str:	their names
 * @counter:	every RDTSC and RDTSCP of the text
 * @counter_count: how many
 */
struct vdso_image {
	uint8_t *text;
	size_t text_len;
	uint8_t *vvar;
	size_t vvar_len;
	const elf_symbol *sym;
	size_t sym_count;
	const char *str;
	struct vdso_counter counter[VDSO_MAX_COUNTERS];
	size_t counter_count;
};

/* For a CPU without RDTSCP: the counter is read by LFENCE; RDTSC. */
#define VDSO_NO_RDTSCP	0x1

/*
 * Loads SO, an image as the kernel's build leaves it, with the symbols of
 * SO.dbg.  Whatever is wrong ends the program with a message.
 */
void vdso_image_load(struct vdso_image *img, const char *so, int flags);

/* A function of the image; ends the program if it has none of that name. */
void *vdso_image_func(const struct vdso_image *img, const char *name);

/* The writable alias of data that a symbol names; NULL if there is no such. */
void *vdso_image_data(const struct vdso_image *img, const char *name);

#endif /* _VDSO_IMAGE_H */
