// SPDX-License-Identifier: GPL-2.0
/* hostclockctl: asks hostclockd for things. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json.h>

#include "control.h"
#include "report.h"

int main(int argc, char **argv)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct json_object *req = json_object_new_object(), *reply, *v;
	static char buffer[CONTROL_MAX];
	const char *dir = NULL, *text;
	int i, fd, json = 0, npos = 0;
	ssize_t n;

	for (i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (!strcmp(a, "--json")) {
			json = 1;
		} else if (!strcmp(a, "--private")) {
			json_object_object_add(req, "private", json_object_new_int(1));
		} else if (!strcmp(a, "--dir") && i + 1 < argc) {
			dir = argv[++i];
		} else if (!strncmp(a, "--", 2) && i + 1 < argc) {
			json_object_object_add(req, a + 2, json_object_new_string(argv[++i]));
		} else {
			json_object_object_add(req, npos ? "name" : "command", json_object_new_string(a));
			npos++;
		}
	}
	if (!dir || !npos)
		return 64;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, CONTROL_SOCKET);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun))) {
		say("%s: %s", sun.sun_path, strerror(errno));
		return 1;
	}
	text = json_object_to_json_string(req);
	if (send(fd, text, strlen(text), 0) < 0)
		return 1;
	n = recv(fd, buffer, sizeof(buffer) - 1, 0);
	if (n <= 0)
		return 1;
	buffer[n] = 0;
	reply = json_tokener_parse(buffer);
	if (json)
		puts(json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PRETTY));
	json_object_object_get_ex(reply, "ok", &v);
	if (!json_object_get_boolean(v)) {
		json_object_object_get_ex(reply, "error", &v);
		say("%s", json_object_get_string(v));
		return 1;
	}
	if (json_object_object_get_ex(reply, "file", &v))
		printf("%s/vm/%s\n", dir, json_object_get_string(v));
	return 0;
}
