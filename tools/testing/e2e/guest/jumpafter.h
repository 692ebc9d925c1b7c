/* SPDX-License-Identifier: GPL-2.0 */
/* What else tells the wall clock, right after it jumped. */
#ifndef _JUMPAFTER_H
#define _JUMPAFTER_H

/* Results are named ROW: WHAT. */
void after_judge(const char *row);

#endif /* _JUMPAFTER_H */
