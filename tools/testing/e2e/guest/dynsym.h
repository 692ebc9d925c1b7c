/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DYNSYM_H
#define _DYNSYM_H

/*
 * A function of a vDSO image of this program's word size, mapped anywhere, by its dynamic symbols;
 * NULL if it has none of that name.
 */
void *dynsym(void *image, const char *name);

#endif /* _DYNSYM_H */
