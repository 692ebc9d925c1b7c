/* SPDX-License-Identifier: GPL-2.0 */
/* PID 1 of the test guest: what init.c needs of setup.c. */
#ifndef _HOSTCLOCK_GUEST_INIT_H
#define _HOSTCLOCK_GUEST_INIT_H

#include <stdbool.h>

#define CONFIG_DIR	"/etc/guest-run"
#define RUN_DIR		CONFIG_DIR "/run"
#define MODULES		CONFIG_DIR "/modules"

/* Byte streams to tools/guest-run. */
enum port {
	PORT_STDOUT,
	PORT_STDERR,
	PORT_STATUS,
};

/* Prints the message on the console, tells the host, powers off. */
void __attribute__((noreturn, format(printf, 1, 2))) fatal(const char *fmt, ...);

void setup_mounts(void);
void setup_network(void);
/* Loads what MODULES lists; parameters NAME.PARAM=VALUE of the kernel's command
 * line apply, as if the module were built in.
 */
void setup_modules(void);
/* Waits until the clock that RUN_DIR/expect names is there; fatal if not. */
void setup_clock(void);
void setup_ptp_link(void);

/* Return: a raw, binary-clean descriptor. */
int port_open(enum port port);
/* Makes the port for PORT_STDOUT the controlling terminal, on fd 0, 1 and 2. */
void terminal_open(void);

/* Return: the NUL-terminated strings in the file and a NULL; NULL on error. */
char **read_strings(const char *path);

#endif
