/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest hears of its clock: poll() on the device, and uevents. */
#ifndef _LISTEN_H
#define _LISTEN_H

typedef void listen_answer(const char *fmt, ...);

void listen_start(const char *device);

/* See what there is.  A device that went away is opened again once it is back. */
void listen_look(void);

void listen_reset(void);
void listen_report(listen_answer *answer);

#endif /* _LISTEN_H */
