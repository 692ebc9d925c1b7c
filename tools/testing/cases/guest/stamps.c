// SPDX-License-Identifier: GPL-2.0
/*
 * Time stamps that the kernel takes in interrupts and probes, while the host sets its
 * clock ahead: none is before or after what the clock says around it.
 *
 *	stamps perf SECONDS		by perf, of each clock that it has
 *	stamps bpf FUNCTION SECONDS	by BPF, in a probe at a function of the kernel
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"

#define PERIOD_NS	500000
#define RING_PAGES	64
#define PAGE_BYTES	4096
/* How far two readings of different CPUs and ways may be apart: see hostclock.rst. */
#define SLACK_NS	17000
#define CPUS		8
/* So many stamps are enough, and so many must be had on a busy machine. */
#define ENOUGH		400
#define LEAST		20

/* Of one CPU, in a cache line of its own */
struct stamps {
	uint64_t last;
	uint64_t count;
	uint64_t worst_back;
	uint64_t unused[5];
};

struct helper {
	const char *name;
	int number;
	clockid_t clock;
};

static const struct helper helpers[] = {
	{ "ktime_get_ns", BPF_FUNC_ktime_get_ns, CLOCK_MONOTONIC },
	{ "ktime_get_boot_ns", BPF_FUNC_ktime_get_boot_ns, CLOCK_BOOTTIME },
	{ "ktime_get_tai_ns", BPF_FUNC_ktime_get_tai_ns, CLOCK_TAI },
};

static int open_event(struct perf_event_attr *attr, pid_t pid, int cpu)
{
	attr->size = sizeof(*attr);
	return syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* What the kernel has put into the ring since; each record is of one stamp. */
static uint64_t next_stamp(struct perf_event_mmap_page *ring)
{
	const char *data = (const char *)ring + PAGE_BYTES;
	const struct perf_event_header *header;
	uint64_t stamp = 0;

	while (!stamp && ring->data_tail != __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE)) {
		uint64_t at = ring->data_tail % (RING_PAGES * PAGE_BYTES);

		header = (const void *)(data + at);
		if (header->type == PERF_RECORD_SAMPLE)
			stamp = *(const uint64_t *)(header + 1);
		__atomic_store_n(&ring->data_tail, ring->data_tail + header->size,
				 __ATOMIC_RELEASE);
	}
	return stamp;
}

static void sample(const struct clock_name *clock, uint64_t seconds)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.sample_type = PERF_SAMPLE_TIME,
		.use_clockid = 1,
		.clockid = clock->id,
	};
	int64_t end = read_vdso(CLOCK_MONOTONIC) + seconds * 1000000000;
	int64_t before, worst = 0;
	int fd = open_event(&attr, 0, -1);
	struct perf_event_mmap_page *ring;
	uint64_t stamps = 0, stamp;
	char name[64];

	if (fd < 0)
		die("perf_event_open");
	ring = mmap(NULL, (1 + RING_PAGES) * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (ring == MAP_FAILED)
		die("mmap of perf's ring");
	/* A record is 16 bytes long: none goes around the end. */
	before = read_vdso(clock->id);
	while (next_stamp(ring))
		continue;
	while (stamps < ENOUGH && read_vdso(CLOCK_MONOTONIC) < end) {
		int64_t after;

		stamp = next_stamp(ring);
		if (!stamp)
			continue;
		after = read_vdso(clock->id);
		if (before - (int64_t)stamp > worst)
			worst = before - (int64_t)stamp;
		if ((int64_t)stamp - after > worst)
			worst = (int64_t)stamp - after;
		before = stamp;
		stamps++;
	}
	snprintf(name, sizeof(name), "perf's stamps of %s", clock->name);
	check(stamps >= LEAST && worst <= SLACK_NS, name,
	      "%" PRIu64 " in %" PRIu64 " s, off by up to %" PRId64 " ns", stamps, seconds, worst);
	munmap(ring, (1 + RING_PAGES) * PAGE_BYTES);
	close(fd);
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

#define INSN(op, to, from, at, value) \
	((struct bpf_insn){ .code = (op), .dst_reg = (to), .src_reg = (from), .off = (at), \
			    .imm = (value) })
#define AT(member)	offsetof(struct stamps, member)

static int load_program(int map, int helper)
{
	struct bpf_insn program[] = {
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_smp_processor_id),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 0, 0, 0, CPUS - 1),
		INSN(BPF_ALU64 | BPF_LSH | BPF_K, 0, 0, 0, 6),
		INSN(BPF_LD | BPF_IMM | BPF_DW, 6, BPF_PSEUDO_MAP_VALUE, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_X, 6, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper),
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 6, AT(count), 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 6, 1, AT(count), 0),
		/* back = last - now; if it is after all, worst_back = max(worst_back, back) */
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 6, AT(last), 0),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 6, 0, AT(last), 0),
		INSN(BPF_JMP | BPF_JGE | BPF_X, 0, 1, 4, 0),
		INSN(BPF_ALU64 | BPF_SUB | BPF_X, 1, 0, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 2, 6, AT(worst_back), 0),
		INSN(BPF_JMP | BPF_JGE | BPF_X, 2, 1, 1, 0),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 6, 1, AT(worst_back), 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static char log[65536];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_KPROBE,
		.insns = (uintptr_t)program,
		.insn_cnt = ARRAY_SIZE(program),
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		die("BPF_PROG_LOAD: %s", log);
	return fd;
}

static const struct stamps *make_map(int *fd)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = CPUS * sizeof(struct stamps),
		.max_entries = 1,
		.map_flags = BPF_F_MMAPABLE,
	};
	const void *map;

	*fd = bpf(BPF_MAP_CREATE, &attr);
	if (*fd < 0)
		die("BPF_MAP_CREATE");
	map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, *fd, 0);
	if (map == MAP_FAILED)
		die("mmap of a BPF map");
	return map;
}

/* On each CPU, the program runs when the function does. */
static void attach_probe(const char *function, int program)
{
	struct perf_event_attr attr = { .kprobe_func = (uintptr_t)function };
	char type[16];
	int fd;

	read_line("/sys/bus/event_source/devices/kprobe/type", type, sizeof(type));
	attr.type = number_arg(type, "type");
	fd = open_event(&attr, -1, 0);
	if (fd < 0)
		die("perf_event_open of a probe at %s", function);
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		die("cannot attach to %s", function);
}

static void probe(const char *function, const struct helper *helper, unsigned int seconds)
{
	const struct stamps *stamps;
	uint64_t count = 0, back = 0;
	int64_t now, ahead = INT64_MIN;
	char name[128];
	int map;

	stamps = make_map(&map);
	attach_probe(function, load_program(map, helper->number));
	sleep(seconds);
	for (int i = 0; i < CPUS; i++) {
		uint64_t last = __atomic_load_n(&stamps[i].last, __ATOMIC_ACQUIRE);

		now = read_vdso(helper->clock);
		count += stamps[i].count;
		back = stamps[i].worst_back > back ? stamps[i].worst_back : back;
		if (last && (int64_t)last - now > ahead)
			ahead = (int64_t)last - now;
	}
	snprintf(name, sizeof(name), "BPF's stamps by %s at %s", helper->name, function);
	check(count && back <= SLACK_NS && ahead <= SLACK_NS, name,
	      "%" PRIu64 ", back by up to %" PRIu64 " ns, ahead by %" PRId64 " ns", count, back,
	      ahead);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "perf")) {
		for (const struct clock_name *c = clock_names; c->name; c++)
			sample(c, number_arg(argv[2], "SECONDS"));
	} else if (argc == 4 && !strcmp(argv[1], "bpf")) {
		for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
			probe(argv[2], &helpers[i], number_arg(argv[3], "SECONDS"));
	} else {
		fprintf(stderr, "usage: stamps perf SECONDS | bpf FUNCTION SECONDS\n");
		return 2;
	}
	return check_status();
}
