/* SPDX-License-Identifier: GPL-2.0 */
/* hostclockctl: a thin client of hostclockd. */
#ifndef HOSTCLOCKD_CTL_H
#define HOSTCLOCKD_CTL_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/report.h"
#include "jail.h"

/**
 * struct ctl - how hostclockctl was called
 * @dir:	the exporter's directory
 * @json:	answer in JSON
 * @wait_ms:	how long to try again what may work in a moment
 * @request:	what to ask for
 * @command:	its name
 * @jail:	the directory that is to show a VM's pages, or to show them no more
 */
struct ctl {
	const char *dir;
	bool json;
	unsigned int wait_ms;
	struct json_object *request;
	const char *command;
	struct jail jail;
};

void ctl_parse(int argc, char **argv, struct ctl *ctl);

/* What to do where no exporter answers */
#define CTL_ADVICE "start one (systemctl start hostclockd), or name its directory with --dir"

enum ctl_result {
	CTL_ANSWERED,
	CTL_NOBODY,	/* no exporter listens there */
	CTL_FAILED,
};

enum ctl_result ctl_ask(const struct ctl *ctl, struct json_object **reply,
			struct problem *why);
int ctl_offline(const struct ctl *ctl, struct json_object *out,
		struct problem *why);
void ctl_print_status(struct json_object *status);
void ctl_print_kernel(struct json_object *o);
void ctl_print_list(struct json_object *status);

#endif /* HOSTCLOCKD_CTL_H */
