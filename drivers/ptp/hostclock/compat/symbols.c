// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbols that the kernel does not export.  The first is found by a kprobe, the others
 * by that.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include <asm/cpufeature.h>

#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

static unsigned long (*hostclock_lookup)(const char *name);

static const u8 hostclock_endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };

/* With IBT, a function without ENDBR must not be called by address. */
static bool hostclock_callable(const void *function)
{
#ifdef CONFIG_X86_KERNEL_IBT
	if (cpu_feature_enabled(X86_FEATURE_IBT))
		return !memcmp(function, hostclock_endbr, sizeof(hostclock_endbr));
#endif
	return true;
}

/**
 * hostclock_symbols_find - make the functions below work
 *
 * Context: may sleep.
 * Return: false if they never will.
 */
bool hostclock_symbols_find(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long at;

	if (hostclock_lookup)
		return true;
	if (register_kprobe(&probe))
		return false;
	at = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	/* The probe is behind ENDBR, or behind the nop in its place. */
	if (IS_ENABLED(CONFIG_X86_KERNEL_IBT) && (at & 15) == sizeof(hostclock_endbr))
		at -= sizeof(hostclock_endbr);
	if (!hostclock_callable((void *)at))
		return false;
	hostclock_lookup = (void *)at;
	return true;
}

/* Where a symbol is; NULL if it is not known. */
void *hostclock_symbol(const char *name)
{
	return hostclock_lookup ? (void *)hostclock_lookup(name) : NULL;
}

/* The same for a function; NULL as well if it must not be called by address. */
void *hostclock_symbol_function(const char *name)
{
	void *function = hostclock_symbol(name);

	return function && hostclock_callable(function) ? function : NULL;
}

#else /* !HOSTCLOCK_EXACT */

void *hostclock_symbol(const char *name)
{
	return NULL;
}

#endif /* !HOSTCLOCK_EXACT */

/* The size of what a symbol names, 0 if that is not known. */
unsigned long hostclock_symbol_size(const void *symbol)
{
	char text[KSYM_SYMBOL_LEN];
	unsigned long size;
	char *slash;

	sprint_symbol(text, (unsigned long)symbol);
	slash = strrchr(text, '/');
	if (!slash || kstrtoul(slash + 1, 16, &size))
		return 0;
	return size;
}
