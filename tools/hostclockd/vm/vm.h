/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a guest. */
#ifndef HOSTCLOCKD_VM_H
#define HOSTCLOCKD_VM_H

#include <sys/types.h>

#include "base/loop.h"
#include "vm/exporter.h"
#include "qemu/kvm.h"
#include "name.h"
#include "qemu/tcg.h"

/* What fits into struct sockaddr_un, its end included. */
#define VM_SOCKET_MAX	108
/* Maximum number of VMs, so that the state file and answers are bounded. */
#define VM_MAX		1000

struct doorbell;
struct monitor;
struct saved_text;

/* vm.next_cause: not given, so it follows from what is found. */
#define VM_CAUSE_FOUND		0xff

enum vm_method {
	VM_DETACHED,	/* created; no VM is known yet */
	VM_GIVEN,	/* the offset was given by hand */
	VM_TCG,		/* read from QEMU's memory */
	VM_KVM,		/* read from KVM's debugfs */
};

enum vm_state {
	VM_IDLE,	/* nothing to follow */
	VM_PENDING,	/* attached, the offset is not found yet */
	VM_RUNNING,
	VM_STOPPED,
	VM_GONE,	/* its process has ended */
};

/* Whose clock the stop was measured with. */
enum vm_origin {
	STOPPED_HERE,		/* this exporter's */
	STOPPED_SAME_HOST,		/* another exporter's of the same host */
	STOPPED_OTHER_HOST,	/* another host's */
};

/**
 * struct vm_page - what a guest's page says, in this host's byte order
 * @map:	the page
 * @seq:	its sequence count, which is never read back
 * @vmclock_seq: that of the vmclock part
 * @marker:	the vmclock part's disruption marker
 *
 * For the other fields see the ABI header; gap_error_ns and gaps_error_ns are its
 * gap_maxerror_ns and gaps_maxerror_ns.
 */
struct vm_page {
	struct hostclock_guest_page *map;
	u32 seq;
	u32 vmclock_seq;
	u64 epoch;
	u8 cause;
	u64 tsc_offset;
	s64 mono_offset;
	s64 raw_offset;
	u64 generation;
	u64 resume_tsc;
	u64 stop_tsc;
	u64 gap_ns;
	u64 gaps_ns;
	u64 ran_on_tsc;
	u64 gap_error_ns;
	u64 gaps_error_ns;
	u8 vm_id[16];
	u64 marker;
};

/**
 * struct vm_file - the file that the page is in
 * @dev:	which it is
 * @ino:	the same
 * @created:	there was none before
 * @unnamed:	why it is not there under its name any more, NULL if it is
 * @bad:	how often it had to be mended
 * @mended_tsc:	when it was last
 * @problem:	what was wrong with it last
 */
struct vm_file {
	dev_t dev;
	ino_t ino;
	bool created;
	const char *unnamed;
	unsigned int bad;
	u64 mended_tsc;
	struct problem problem;
};

/**
 * struct vm_stop - where a guest stopped, or did when it last stopped
 * @known:	the rest is valid
 * @tsc:	the guest's TSC then
 * @params:	the parameters of the clock page that held,
 * @tsc_offset:	and of the guest page: tsc_offset,
 * @mono_offset: mono_offset,
 * @raw_offset:	raw_offset,
 * @gaps_ns:	gaps_ns,
 * @gaps_error_ns: gaps_error_ns
 * @ran_on_tsc:	and ran_on_tsc
 * @origin:	whose clock that was
 * @error_ns:	bound on how far that clock was off UTC, or off the host's if it was
 *		another exporter's of this host; unused if it was this exporter's
 * @detached:	it did not stop there, but was not followed from then on
 * @late:	it had stopped by then, at an unknown time
 */
struct vm_stop {
	bool known;
	u64 tsc;
	struct hostclock_params params;
	u64 tsc_offset;
	s64 mono_offset;
	s64 raw_offset;
	u64 gaps_ns;
	u64 gaps_error_ns;
	u64 ran_on_tsc;
	enum vm_origin origin;
	u64 error_ns;
	bool detached;
	bool late;
};

/**
 * struct vm_source - where a guest's TSC offset comes from
 * @method:	how it is found
 * @pid:	its QEMU
 * @pid_start:	when that was started, to tell it from another of that number
 * @t0:		a TSC value before it was started, or 0
 * @qmp_path:	its QMP socket, or ""
 * @events_path: a QMP socket for us alone, or ""
 * @monitor:	the connection to that, or NULL
 * @tcg:	how QEMU's memory is read
 * @lost:	the process that hangs with QEMU's memory or program, 0 if none does
 * @changed:	the host's TSC when that was last found changed
 * @kvm:	where KVM's files are, as last checked
 * @kvm_offset:	the offset last seen in KVM's debugfs, used at a cont
 * @arriving:	the host's TSC when it was attached to as a VM that is being migrated here, of
 *		which nobody tells when it is; 0: that is known, or has been seen
 * @failures:	how often its offset could not be used since
 * @polls:	how often it was polled
 * @asks:	how often its monitor could have been asked whether it runs
 * @proofs:	how often it was polled while its offset might stand elsewhere
 * @asked:	whether it runs has been found out since it was attached to
 * @listen_ns:	when its events may be listened to again, MONOTONIC; 0: at once
 * @listen_wait_ns: how long was waited for that last time
 * @process:	readable when its process ends; fd < 0: that is to be asked
 * @again:	it has yet to be looked for after a restart
 * @problem:	why the guest is pending
 */
struct vm_source {
	enum vm_method method;
	pid_t pid;
	u64 pid_start;
	u64 t0;
	char qmp_path[VM_SOCKET_MAX];
	char events_path[VM_SOCKET_MAX];
	struct monitor *monitor;
	struct tcg tcg;
	pid_t lost;
	u64 changed;
	struct kvm_place kvm;
	u64 kvm_offset;
	u64 arriving;
	unsigned int failures;
	unsigned int polls;
	unsigned int asks;
	unsigned int proofs;
	bool asked;
	u64 listen_ns;
	u64 listen_wait_ns;
	struct watch process;
	bool again;
	struct problem problem;
};

/**
 * struct vm - a guest
 * @x:		its exporter
 * @next:	the next one
 * @name:	its name, also the page file's
 * @private:	its file has copies of the clock pages
 * @format:	of the clock page to follow, HOSTCLOCK_FORMAT_*
 * @smear:	of the same, HOSTCLOCK_SMEAR_*
 * @policy:	HOSTCLOCK_POLICY_*
 * @copies_id:	what the clock calls its copies of the pages if @private
 * @doorbell:	how it is interrupted, NULL if it is not
 * @held:	somebody waits for its monitor; see hold.h
 * @state:	what the VM is doing
 * @next_cause:	cause of the next epoch, or VM_CAUSE_FOUND
 * @predicted:	the offset is a prediction for a `cont` in progress
 * @taken_over:	handed over to us and not resumed yet; next_cause is set
 * @stopped_at:	the host's TSC when it last stopped, 0 if unknown
 * @resumed_at:	and when it last went on
 * @page:	what its page says
 * @file:	where that is
 * @stop:	where it stopped
 * @source:	where its offset comes from
 * @saved:	its part of the state file when that was last written, or NULL
 */
struct vm {
	struct exporter *x;
	struct vm *next;
	char name[VM_NAME_MAX + 1];
	bool private;
	u8 format;
	u8 smear;
	u8 policy;
	u32 copies_id;
	struct doorbell *doorbell;
	bool held;
	enum vm_state state;
	u8 next_cause;
	bool predicted;
	bool taken_over;
	u64 stopped_at;
	u64 resumed_at;
	struct vm_page page;
	struct vm_file file;
	struct vm_stop stop;
	struct vm_source source;
	struct saved_text *saved;
};

#endif /* HOSTCLOCKD_VM_H */
