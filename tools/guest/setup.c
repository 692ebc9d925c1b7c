// SPDX-License-Identifier: GPL-2.0
/* The guest's PID 1: file systems, modules, ports, and the clock to wait for. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define WAIT_CLOCK_MS	20000
#define WAIT_STEP_MS	20

static const struct {
	const char *type;
	const char *dir;
	bool optional;
} mounts[] = {
	{ "proc", "/proc", false },
	{ "sysfs", "/sys", false },
	{ "devtmpfs", "/dev", false },
	{ "devpts", "/dev/pts", true },
	{ "tmpfs", "/dev/shm", false },
	{ "tmpfs", "/run", false },
	{ "tmpfs", "/tmp", false },
	{ "debugfs", "/sys/kernel/debug", true },
	{ "tracefs", "/sys/kernel/tracing", true },
};

void setup_mounts(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) &&
		    errno != EBUSY && !mounts[i].optional)
			fatal("mounting %s: %m", mounts[i].dir);
	}
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("/proc/self/fd/0", "/dev/stdin") ||
	    symlink("/proc/self/fd/1", "/dev/stdout") ||
	    symlink("/proc/self/fd/2", "/dev/stderr"))
		fatal("links in /dev: %m");
}

/* Only the loopback interface exists. */
void setup_network(void)
{
	static const char name[] = "guest";

	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		fatal("loopback interface: %m");
	if (sethostname(name, strlen(name)))
		fatal("host name: %m");
	close(fd);
}

/* "a/b-c.ko" -> "b_c" */
static void module_name(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strcspn(base, ".");

	if (len >= size)
		fatal("%s: the name is too long", path);
	memcpy(name, base, len);
	name[len] = '\0';
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

static void module_parameters(const char *name, char *args, size_t size)
{
	char line[4096], *save, *word;
	size_t len = strlen(name);
	FILE *f = fopen("/proc/cmdline", "r");

	args[0] = '\0';
	if (!f || !fgets(line, sizeof(line), f))
		fatal("/proc/cmdline: %m");
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, name, len) || word[len] != '.')
			continue;
		snprintf(args + strlen(args), size - strlen(args), "%s ",
			 word + len + 1);
	}
}

void setup_modules(void)
{
	char path[512], name[128], args[1024];
	FILE *f = fopen(MODULES, "r");
	int fd;

	if (!f)
		return;
	while (fgets(path, sizeof(path), f)) {
		path[strcspn(path, "\n")] = '\0';
		module_name(path, name, sizeof(name));
		module_parameters(name, args, sizeof(args));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, args, 0))
			fatal("loading %s %s: %m", path, args);
		close(fd);
	}
	fclose(f);
}

static bool file_is(const char *path, const char *content)
{
	char text[128] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, content);
}

/* The number of the PTP clock of that name, -1 if there is none */
static int ptp_number(const char *name)
{
	int number = -1;
	glob_t g;

	if (glob("/sys/class/ptp/*/clock_name", 0, NULL, &g))
		return -1;
	for (size_t i = 0; i < g.gl_pathc && number < 0; i++)
		if (file_is(g.gl_pathv[i], name))
			sscanf(g.gl_pathv[i], "/sys/class/ptp/ptp%d/", &number);
	globfree(&g);
	return number;
}

/* kind is "clocksource" or "ptp". */
static bool clock_is_there(const char *kind, const char *name)
{
	if (!strcmp(kind, "clocksource"))
		return file_is("/sys/devices/system/clocksource/clocksource0/current_clocksource",
			       name);
	return ptp_number(name) >= 0;
}

/* As 60-hostclock.rules has udev do it: PTP clocks are numbered as they come. */
void setup_ptp_link(void)
{
	int number = ptp_number("hostclock");
	char target[32];

	if (number < 0)
		return;
	snprintf(target, sizeof(target), "ptp%d", number);
	if (symlink(target, "/dev/ptp_hostclock") && errno != EEXIST)
		fatal("/dev/ptp_hostclock: %m");
}

void setup_clock(void)
{
	struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };
	char kind[32], name[64];
	FILE *f = fopen(RUN_DIR "/expect", "r");

	if (!f)
		return;
	if (fscanf(f, "%31s %63s", kind, name) != 2)
		fatal("bad " RUN_DIR "/expect");
	fclose(f);
	for (int ms = 0; ms < WAIT_CLOCK_MS; ms += WAIT_STEP_MS) {
		if (clock_is_there(kind, name))
			return;
		nanosleep(&step, NULL);
	}
	fatal("%s %s did not appear in %d s", kind, name, WAIT_CLOCK_MS / 1000);
}

static const char *const ttys[] = {
	[PORT_STDOUT] = "/dev/ttyS1",
	[PORT_STDERR] = "/dev/ttyS2",
	[PORT_STATUS] = "/dev/ttyS3",
};

int port_open(enum port port)
{
	struct termios tio;
	int fd = open(ttys[port], O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &tio))
		fatal("%s: %m", ttys[port]);
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	if (tcsetattr(fd, TCSANOW, &tio))
		fatal("%s: %m", ttys[port]);
	return fd;
}

void terminal_open(void)
{
	int fd = open(ttys[PORT_STDOUT], O_RDWR);
	struct termios tio;

	if (fd < 0 || tcgetattr(fd, &tio))
		fatal("%s: %m", ttys[PORT_STDOUT]);
	tio.c_iflag = ICRNL | IXON;
	tio.c_oflag = OPOST | ONLCR;
	tio.c_cflag = CS8 | CREAD | CLOCAL;
	tio.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	tio.c_cc[VINTR] = 'C' & 0x1f;
	tio.c_cc[VEOF] = 'D' & 0x1f;
	tio.c_cc[VSUSP] = 'Z' & 0x1f;
	tio.c_cc[VERASE] = 0x7f;
	tio.c_cc[VKILL] = 'U' & 0x1f;
	cfsetspeed(&tio, B115200);
	if (tcsetattr(fd, TCSANOW, &tio) || ioctl(fd, TIOCSCTTY, 0))
		fatal("%s: %m", ttys[PORT_STDOUT]);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

char **read_strings(const char *path)
{
	size_t size = 0, got, used = 0, n = 0;
	char *data = NULL, **list, *p;
	FILE *f = fopen(path, "r");

	if (!f)
		return NULL;
	do {
		size += 65536;
		data = realloc(data, size + 1);
		if (!data)
			return NULL;
		got = fread(data + used, 1, size - used, f);
		used += got;
	} while (used == size);
	fclose(f);
	data[used] = '\0';
	list = calloc(used + 2, sizeof(*list));
	if (!list)
		return NULL;
	for (p = data; p < data + used; p += strlen(p) + 1)
		list[n++] = p;
	return list;
}
