// SPDX-License-Identifier: GPL-2.0
/* The state of the running kernel's clocks.  See kernel.h. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

#include "array.h"
#include "kernel.h"

#define CURRENT_CLOCKSOURCE \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* The first line of a file, or nothing. */
static void read_line(const char *path, char *text, int size)
{
	FILE *file = fopen(path, "re");

	text[0] = 0;
	if (!file)
		return;
	if (!fgets(text, size, file))
		text[0] = 0;
	text[strcspn(text, "\n")] = 0;
	fclose(file);
}

/* A value of the driver's */
static void read_value(const char *device, const char *value, char *text, int size)
{
	const char *name = strrchr(device, '/');
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/misc/%s/%s", name ? name + 1 : device,
		 value);
	read_line(path, text, size);
}

void kernel_read_reason(char *reason, int size, const char *device)
{
	read_value(device, "reason", reason, size);
	if (!strcmp(reason, "none"))
		reason[0] = 0;
}

static void read_driver(struct kernel_state *s, const char *device)
{
	const struct {
		const char *name;
		char *text;
		int size;
	} values[] = {
		{ "mode", s->mode, sizeof(s->mode) },
		{ "core", s->core, sizeof(s->core) },
		{ "vdso", s->vdso, sizeof(s->vdso) },
		{ "status", s->status, sizeof(s->status) },
		{ "status_age_ns", s->status_age_ns, sizeof(s->status_age_ns) },
		{ "reason", s->reason, sizeof(s->reason) },
		{ "wall", s->wall, sizeof(s->wall) },
		{ "steer", s->steer, sizeof(s->steer) },
		{ "set_by", s->set_by, sizeof(s->set_by) },
		{ "resyncs", s->resyncs, sizeof(s->resyncs) },
		{ "disruptions", s->disruptions, sizeof(s->disruptions) },
		{ "wakeups", s->wakeups, sizeof(s->wakeups) },
		{ "rings", s->rings, sizeof(s->rings) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		read_value(device, values[i].name, values[i].text, values[i].size);
}

void kernel_read(struct kernel_state *s, const char *device)
{
	struct timex tx = { };
	int result = adjtimex(&tx);

	memset(s, 0, sizeof(*s));
	s->ntp_synchronized = result >= 0 && result != TIME_ERROR &&
			      !(tx.status & STA_UNSYNC);
	s->ntp_status = tx.status;
	s->ntp_maxerror_us = tx.maxerror;
	s->ntp_esterror_us = tx.esterror;
	s->ntp_freq_ppm = tx.freq / 65536.0;
	s->tai_offset_sec = tx.tai;
	read_line(CURRENT_CLOCKSOURCE, s->clocksource, sizeof(s->clocksource));
	if (device)
		read_driver(s, device);
}
