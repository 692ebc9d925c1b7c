// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <misc/hostclock-export.h>

#include "base/array.h"
#include "confine.h"

#define USER		"hostclock"
/* If the system has no such user. */
#define OTHER_USER	"nobody"
#define OTHER_ID	65534

/**
 * confine_find_user - who shall the clock process be?
 * @name: as --user says, or NULL
 * @user: the answer
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int confine_find_user(const char *name, struct user *user, struct problem *why)
{
	struct passwd *pw;

	*user = (struct user) { .uid = geteuid(), .gid = getegid(), .named = name };
	if (user->uid)
		return name ? problem_set(why, "--user %s: only root can become another user",
					  name) : 0;
	pw = getpwnam(name ? name : USER);
	if (!pw && name)
		return problem_set(why, "--user %s: there is no such user", name);
	snprintf(user->name, sizeof(user->name), "%s", pw ? pw->pw_name : OTHER_USER);
	user->uid = pw ? pw->pw_uid : OTHER_ID;
	user->gid = pw ? pw->pw_gid : OTHER_ID;
	return 0;
}

/* Nothing can be had back, by no program. */
static void drop_bounding_set(void)
{
	int cap;

	for (cap = 0; cap <= 63; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static int become(const struct user *user)
{
	return setgroups(0, NULL) || setresgid(user->gid, user->gid, user->gid) ||
	       setresuid(user->uid, user->uid, user->uid) ? -1 : 0;
}

/**
 * confine_user - become that user, for good, and give up all capabilities
 * @user: from confine_find_user()
 * @why: what went wrong
 *
 * Who may not change users and was not told to stays who it is.
 *
 * Return: 0 or -1.
 */
int confine_user(const struct user *user, struct problem *why)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	drop_bounding_set();
	if (user->name[0] && become(user) && (user->named || errno != EPERM))
		return problem_errno(why, "the clock process cannot become user %s", user->name);
	if (syscall(SYS_capset, &header, none))
		return problem_errno(why, "the clock process cannot give up capabilities");
	return 0;
}

/* What a clock calls that runs: most of it is from the C library. */
static const int allowed[] = {
	SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(close), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fstat),
	SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(gettid), SCMP_SYS(mlock),
	SCMP_SYS(munmap), SCMP_SYS(nanosleep), SCMP_SYS(newfstatat), SCMP_SYS(pread64),
	SCMP_SYS(read), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(timerfd_settime), SCMP_SYS(write),
};

/* What nothing of ours would call by mistake: somebody else is in control. */
static const int deadly[] = {
	SCMP_SYS(bind), SCMP_SYS(bpf), SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(connect),
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(io_uring_setup), SCMP_SYS(mount), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(ptrace),
	SCMP_SYS(setns), SCMP_SYS(socket), SCMP_SYS(unshare), SCMP_SYS(userfaultfd),
	SCMP_SYS(vfork),
};

/* Of the one device that it may have open. */
static const unsigned int requests[] = {
	HOSTCLOCK_EXPORT_ATTACH, HOSTCLOCK_EXPORT_META, HOSTCLOCK_EXPORT_DETACH,
	HOSTCLOCK_EXPORT_STATE,
};

static int add_rules(scmp_filter_ctx filter)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(allowed); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; i < ARRAY_SIZE(deadly); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	/* Pages for private guests, never code; this process's CPU, nobody else's. */
	bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sched_setaffinity), 1,
				SCMP_A0(SCMP_CMP_EQ, 0));
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
					SCMP_A1(SCMP_CMP_EQ, requests[i]));
	return bad;
}

/**
 * confine_calls - refuse all system calls but those that a running clock makes
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int confine_calls(struct problem *why)
{
	scmp_filter_ctx filter;
	int bad = -ENOMEM;

#ifdef __SANITIZE_ADDRESS__
	/* It has needs of its own. */
	return 0;
#endif
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter) {
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
		bad = add_rules(filter);
		bad = bad ? bad : seccomp_load(filter);
		seccomp_release(filter);
	}
	errno = -bad;
	return bad ? problem_errno(why, "cannot restrict the clock process's system calls") : 0;
}
