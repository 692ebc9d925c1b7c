// SPDX-License-Identifier: GPL-2.0
/*
 * Following the guests' TSC offsets: looked at in turn, at a bounded rate, and
 * whenever something says that a VM was stopped or continued.
 */
#include <stdio.h>
#include <string.h>

#include <time.h>
#include <unistd.h>

#include "follow.h"
#include "rate.h"

/* Field 22 of /proc/PID/stat, 20 fields behind the name in parentheses. */
u64 process_start(pid_t pid)
{
	char name[32], line[1024] = "", *p;
	unsigned long long start;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	f = fopen(name, "re");
	if (!f)
		return 0;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	if (!p || sscanf(p, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
			 &start) != 1)
		return 0;
	return start;
}

/* A TSC value not after the process's start, which is known in clock ticks. */
static u64 tsc_before(const struct exporter *x, const struct vm *vm)
{
	u64 tick_ns = NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
	struct timespec ts;
	u64 ago_ns;

	if (vm->t0)
		return vm->t0;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	ago_ns = (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec -
		 vm->pid_start * tick_ns + 2 * tick_ns;
	return hostclock_rdtsc() - rate_counts(ago_ns, x->scale);
}

static void gone(struct vm *vm)
{
	tcg_close(&vm->tcg);
	vm->state = VM_GONE;
}

static void follow_tcg(struct exporter *x, struct vm *vm, u8 cause)
{
	struct problem why = { "" };
	struct tcg_state s;

	switch (tcg_read(&vm->tcg, &s, &why)) {
	case TCG_GONE:
		gone(vm);
		return;
	case TCG_FAILED:
		vm->problem = why;
		return;
	case TCG_OK:
		break;
	}
	vm->problem.text[0] = '\0';
	if (s.running)
		vm_set_offset(x, vm, s.value, cause);
	else if (vm->state != VM_STOPPED)
		vm_stopped(x, vm, s.value);
	vm->tcg.count = s.count;
}

/* Look at one guest. */
void follow_poll(struct exporter *x, struct vm *vm)
{
	if (vm->method == VM_TCG && vm->state != VM_GONE)
		follow_tcg(x, vm, HOSTCLOCK_CAUSE_STOP);
}

/**
 * follow_attach - find the TSC offset of the VM that vm->pid is, and follow it
 * @x: the exporter
 * @vm: the guest; pid is set
 * @cause: HOSTCLOCK_CAUSE_*: why it has another offset than before, if it had
 * @why: what went wrong
 *
 * Return: 0 or -1; nothing is followed then.
 */
int follow_attach(struct exporter *x, struct vm *vm, u8 cause,
		  struct problem *why)
{
	tcg_close(&vm->tcg);
	vm->pid_start = process_start(vm->pid);
	if (tcg_open(&vm->tcg, vm->pid, x->khz * 1000, tsc_before(x, vm), why))
		return -1;
	vm->method = VM_TCG;
	vm->state = VM_PENDING;
	follow_tcg(x, vm, cause);
	return 0;
}
