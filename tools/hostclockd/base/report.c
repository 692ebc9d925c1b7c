// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

int problem_set(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	p->again = false;
	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
	return -1;
}

int problem_errno(struct problem *p, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t len;

	p->again = false;
	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
	len = strlen(p->text);
	snprintf(p->text + len, sizeof(p->text) - len, ": %s", strerror(saved));
	return -1;
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}
