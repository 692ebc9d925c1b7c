// SPDX-License-Identifier: GPL-2.0
/* Maps a vDSO image and applies its alternatives; see image.h. */
#include <cpuid.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "vdso-offsets.h"

#define PAGE	4096UL

struct file {
	uint8_t *data;
	size_t len;
};

static struct file read_file(const char *path)
{
	struct file f;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s (build the guest kernel first: make kernel)", path);
	f.len = st.st_size;
	f.data = mmap(NULL, f.len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (f.data == MAP_FAILED)
		err(1, "%s: mmap", path);
	close(fd);
	if (f.len < sizeof(elf_header) || memcmp(f.data, ELFMAG, SELFMAG) ||
	    f.data[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
		errx(1, "%s: not an ELF file of this program's word size", path);
	return f;
}

static const elf_section *section(const struct file *f, const char *name)
{
	const elf_header *eh = (const void *)f->data;
	const elf_section *sh = (const void *)(f->data + eh->e_shoff);
	const char *names = (const char *)f->data + sh[eh->e_shstrndx].sh_offset;

	for (int i = 0; i < eh->e_shnum; i++)
		if (!strcmp(names + sh[i].sh_name, name))
			return &sh[i];
	return NULL;
}

static void load_symbols(struct vdso_image *img, const char *so)
{
	const elf_section *symtab, *strtab;
	char path[4096];
	struct file f;

	snprintf(path, sizeof(path), "%s.dbg", so);
	f = read_file(path);
	symtab = section(&f, ".symtab");
	strtab = section(&f, ".strtab");
	if (!symtab || !strtab)
		errx(1, "%s: no symbol table", path);
	img->sym = (const void *)(f.data + symtab->sh_offset);
	img->sym_count = symtab->sh_size / sizeof(*img->sym);
	img->str = (const char *)f.data + strtab->sh_offset;
}

static const elf_symbol *symbol(const struct vdso_image *img, const char *name)
{
	for (size_t i = 0; i < img->sym_count; i++)
		if (!strcmp(img->str + img->sym[i].st_name, name))
			return &img->sym[i];
	return NULL;
}

/* Would the kernel, on this CPU, have the feature that an alternative asks for? */
static bool has_feature(unsigned int feature, int flags)
{
	unsigned int a, b, c, d;

	switch (feature) {
	case ALT_LFENCE_RDTSC:
		return __get_cpuid(1, &a, &b, &c, &d) && (d & bit_SSE2);
	case ALT_RDTSCP:
		return !(flags & VDSO_NO_RDTSCP) &&
		       __get_cpuid(0x80000001, &a, &b, &c, &d) &&
		       (d & (1 << 27));
	case ALT_RDPID:
		return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & (1 << 22));
	default:
		return false;
	}
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* One alternative, as apply_alternatives() does it for position-free code. */
static void apply_alternative(struct vdso_image *img, uint8_t *alt, int flags)
{
	uint8_t *instr = alt + ALT_INSTR + (int32_t)get32(alt + ALT_INSTR);
	uint8_t *repl = alt + ALT_REPL + (int32_t)get32(alt + ALT_REPL);
	uint32_t ft = get32(alt + ALT_FT_FLAGS);
	uint8_t len = alt[ALT_LEN], repl_len = alt[ALT_REPL_LEN];

	if (instr < img->text || instr + len > img->text + img->text_len ||
	    repl < img->text || repl + repl_len > img->text + img->text_len ||
	    repl_len > len || ft >> ALT_FLAGS_AT)
		errx(1, "the image has an alternative this harness cannot apply");
	if (!has_feature(ft, flags))
		return;
	memcpy(instr, repl, repl_len);
	memset(instr + repl_len, 0x90, len - repl_len);
}

/*
 * The instruction that an alternative left at IP.  The kernel marks each reading of
 * the counter as one, so that nothing need be told from an immediate.
 */
static struct vdso_counter counter_at(uint8_t *ip)
{
	static const uint8_t lfence[] = { 0x0f, 0xae, 0xe8 };
	static const uint8_t rdtsc[] = { 0x0f, 0x31 };
	static const uint8_t rdtscp[] = { 0x0f, 0x01, 0xf9 };

	if (!memcmp(ip, rdtscp, sizeof(rdtscp)))
		return (struct vdso_counter){ ip, sizeof(rdtscp) };
	if (!memcmp(ip, lfence, sizeof(lfence)))
		ip += sizeof(lfence);
	if (memcmp(ip, rdtsc, sizeof(rdtsc)))
		errx(1, "the image reads the counter in a way this harness does not know");
	return (struct vdso_counter){ ip, sizeof(rdtsc) };
}

/* Once the alternatives are applied.  One place may have several of them. */
static void find_counter(struct vdso_image *img, const uint8_t *alt)
{
	uint8_t *instr = (uint8_t *)alt + ALT_INSTR + (int32_t)get32(alt + ALT_INSTR);
	uint32_t feature = get32(alt + ALT_FT_FLAGS);
	struct vdso_counter c;

	if (feature != ALT_LFENCE_RDTSC && feature != ALT_RDTSCP)
		return;
	c = counter_at(instr);
	for (size_t i = 0; i < img->counter_count; i++)
		if (img->counter[i].ip == c.ip)
			return;
	if (img->counter_count == VDSO_MAX_COUNTERS)
		errx(1, "the image reads the counter in more than %d places",
		     VDSO_MAX_COUNTERS);
	img->counter[img->counter_count++] = c;
}

static void map_image(struct vdso_image *img, const struct file *f)
{
	const elf_symbol *start = symbol(img, "vvar_start");
	uint8_t *span;
	int fd;

	if (!start || (intptr_t)start->st_value >= 0)
		errx(1, "the image has no vvar_start in front of its text");
	img->vvar_len = -(intptr_t)start->st_value;
	img->text_len = (f->len + PAGE - 1) & -PAGE;
	fd = memfd_create("vvar", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, img->vvar_len))
		err(1, "memfd");
	span = mmap(NULL, img->vvar_len + img->text_len, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	img->vvar = mmap(NULL, img->vvar_len, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);
	if (span == MAP_FAILED || img->vvar == MAP_FAILED)
		err(1, "mmap");
	img->text = span + img->vvar_len;
	if (mmap(span, img->vvar_len, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED || mprotect(img->text, img->text_len, PROT_READ | PROT_WRITE))
		err(1, "mapping the data pages");
	close(fd);
	memcpy(img->text, f->data, f->len);
}

void vdso_image_load(struct vdso_image *img, const char *so, int flags)
{
	struct file f = read_file(so);
	const elf_section *alt = section(&f, ".altinstructions");

	memset(img, 0, sizeof(*img));
	load_symbols(img, so);
	map_image(img, &f);
	for (size_t at = 0; alt && at + ALT_SIZE <= alt->sh_size; at += ALT_SIZE)
		apply_alternative(img, img->text + alt->sh_addr + at, flags);
	for (size_t at = 0; alt && at + ALT_SIZE <= alt->sh_size; at += ALT_SIZE)
		find_counter(img, img->text + alt->sh_addr + at);
	if (!img->counter_count)
		errx(1, "%s: reads no counter", so);
	if (mprotect(img->text, img->text_len, PROT_READ | PROT_EXEC))
		err(1, "making the image executable");
	munmap(f.data, f.len);
}

void *vdso_image_func(const struct vdso_image *img, const char *name)
{
	const elf_symbol *s = symbol(img, name);

	if (!s || ELF64_ST_TYPE(s->st_info) != STT_FUNC)
		errx(1, "the image has no function %s", name);
	return img->text + s->st_value;
}

void *vdso_image_data(const struct vdso_image *img, const char *name)
{
	const elf_symbol *s = symbol(img, name);

	return s ? img->vvar + img->vvar_len + (intptr_t)s->st_value : NULL;
}
