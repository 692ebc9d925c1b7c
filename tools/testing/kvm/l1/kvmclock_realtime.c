// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into QEMU: a guest that is restored has its kvm-clock set ahead by what the
 * host's CLOCK_REALTIME counted meanwhile (KVM_CLOCK_REALTIME), as some VMMs do it and
 * QEMU does not. KVMCLOCK_FILE: where one QEMU writes what the next one reads.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int open_kept(struct kvm_clock_data *kept)
{
	int fd = open(getenv("KVMCLOCK_FILE"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || pread(fd, kept, sizeof(*kept), 0) < 0)
		abort();
	return fd;
}

/* QEMU reads the clock of a VM that it has just made, too: that is not the guest's. */
static void keep(const struct kvm_clock_data *data)
{
	struct kvm_clock_data kept = { .clock = 0 };
	int fd = open_kept(&kept);

	if (data->clock > kept.clock && pwrite(fd, data, sizeof(*data), 0) != sizeof(*data))
		abort();
	close(fd);
}

/* A guest that was just created has a clock that nobody kept. */
static void set_ahead(struct kvm_clock_data *data)
{
	struct kvm_clock_data kept = { .clock = 0 };
	int fd = open_kept(&kept);

	if (kept.clock && kept.clock == data->clock && kept.flags & KVM_CLOCK_REALTIME) {
		data->realtime = kept.realtime;
		data->flags |= KVM_CLOCK_REALTIME;
	}
	close(fd);
}

/* QEMU 7.2 has requests in an int, whose sign goes into the upper half. */
int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int fd, unsigned long request, void *argument);
	void *argument;
	va_list ap;
	int ret;

	va_start(ap, request);
	argument = va_arg(ap, void *);
	va_end(ap);
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "ioctl");
	if ((uint32_t)request == KVM_SET_CLOCK)
		set_ahead(argument);
	ret = next(fd, request, argument);
	if ((uint32_t)request == KVM_GET_CLOCK && !ret)
		keep(argument);
	return ret;
}
