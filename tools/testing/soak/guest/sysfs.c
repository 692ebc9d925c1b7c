// SPDX-License-Identifier: GPL-2.0
/* Files of one line. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "soakwatch.h"

const char *line_of(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");

	snprintf(line, size, "?");
	if (!f)
		return line;
	if (!fgets(line, size, f))
		snprintf(line, size, "?");
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

bool write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(line);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, line, len) == len;
	close(fd);
	return done;
}
