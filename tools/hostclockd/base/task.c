// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "loop.h"
#include "now.h"
#include "rate.h"
#include "task.h"

/* The address sanitizer has to be told of other stacks. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>

#define LEAVE(save, bottom, size)	__sanitizer_start_switch_fiber(save, bottom, size)
#define ARRIVE(save, bottom, size)	__sanitizer_finish_switch_fiber(save, bottom, size)
#else
#define LEAVE(save, bottom, size)	((void)(save), (void)(bottom), (void)(size))
#define ARRIVE(save, bottom, size)	((void)(save), (void)(bottom), (void)(size))
#endif

#define STACK_SIZE	(128 * 1024)
#define GUARD_SIZE	4096
/* Stacks that are kept for later. */
#define STACKS_KEPT	4

/**
 * struct task - a function that may wait
 * @next:	the next one
 * @run:	the function
 * @arg:	with what
 * @context:	where it goes on
 * @stack:	its stack, the guard page below it included
 * @watch:	what it waits for; fd < 0: only for the time
 * @due_ns:	when it goes on at the latest; 0 if it runs
 * @ready:	what it waited for is there
 * @ended:	it is to be freed
 * @fake_stack:	the address sanitizer's
 */
struct task {
	struct task *next;
	void (*run)(void *arg);
	void *arg;
	ucontext_t context;
	void *stack;
	struct watch watch;
	u64 due_ns;
	bool ready;
	bool ended;
	void *fake_stack;
};

static struct task *tasks, *current;
static unsigned int count;
static ucontext_t loop_context;
static void *loop_fake_stack;
static const void *loop_stack;
static size_t loop_stack_size;
static struct timer timer;
static bool armed;
static void *stacks[STACKS_KEPT];

u64 task_now_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

/* Is it a task that is running? */
bool task_inside(void)
{
	return current;
}

/* May another one begin that nobody waits for? */
bool task_room(void)
{
	return count < TASKS_MAX - TASKS_ASKED;
}

static void *stack_get(void)
{
	void *stack;
	int i;

	for (i = 0; i < STACKS_KEPT; i++) {
		if (stacks[i]) {
			stack = stacks[i];
			stacks[i] = NULL;
			return stack;
		}
	}
	stack = mmap(NULL, STACK_SIZE + GUARD_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		return NULL;
	mprotect(stack, GUARD_SIZE, PROT_NONE);
	return stack;
}

static void stack_put(void *stack)
{
	int i;

	for (i = 0; i < STACKS_KEPT; i++) {
		if (!stacks[i]) {
			stacks[i] = stack;
			return;
		}
	}
	munmap(stack, STACK_SIZE + GUARD_SIZE);
}

/* Be woken for the first that is due. */
static void set_timer(void)
{
	u64 now = task_now_ns(), first = ~0ULL;
	struct task *t;

	for (t = tasks; t; t = t->next) {
		if (t->due_ns && t->due_ns < first)
			first = t->due_ns;
	}
	if (first != ~0ULL)
		loop_timer_set(&timer, first > now ? first - now : 1, 0);
	else if (armed)
		loop_timer_set(&timer, 0, 0);
	armed = first != ~0ULL;
}

static void end(struct task *t)
{
	struct task **link = &tasks;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	stack_put(t->stack);
	free(t);
	count--;
}

static void go_on(struct task *t, bool ready)
{
	t->ready = ready;
	t->due_ns = 0;
	current = t;
	LEAVE(&loop_fake_stack, t->stack + GUARD_SIZE, STACK_SIZE);
	swapcontext(&loop_context, &t->context);
	ARRIVE(loop_fake_stack, NULL, NULL);
	current = NULL;
	if (t->ended)
		end(t);
	set_timer();
}

static void fd_ready(void *arg)
{
	go_on(arg, true);
}

/* One of those that are due: the loop comes again for the others. */
static void timer_due(void *arg)
{
	u64 now = task_now_ns();
	struct task *t;

	(void)arg;
	for (t = tasks; t; t = t->next) {
		if (t->due_ns && t->due_ns <= now) {
			go_on(t, false);
			return;
		}
	}
	set_timer();
}

/* Back to the loop, until go_on(). */
static void leave(struct task *t)
{
	LEAVE(t->ended ? NULL : &t->fake_stack, loop_stack, loop_stack_size);
	swapcontext(&t->context, &loop_context);
	ARRIVE(t->fake_stack, &loop_stack, &loop_stack_size);
}

static void begin(void)
{
	struct task *t = current;

	ARRIVE(NULL, &loop_stack, &loop_stack_size);
	t->run(t->arg);
	t->ended = true;
	leave(t);
}

static bool make_context(struct task *t)
{
	t->stack = stack_get();
	if (!t->stack || getcontext(&t->context))
		return false;
	t->context.uc_stack.ss_sp = t->stack + GUARD_SIZE;
	t->context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&t->context, begin, 0);
	return true;
}

static struct task *create(void (*run)(void *arg), void *arg)
{
	struct task *t;

	timer.due = timer_due;
	if (count >= TASKS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	if (!make_context(t)) {
		free(t);
		return NULL;
	}
	t->run = run;
	t->arg = arg;
	t->watch.fd = -1;
	t->watch.ready = fd_ready;
	t->watch.arg = t;
	return t;
}

/**
 * task_start - call a function that may wait
 * @run: the function
 * @arg: with what
 *
 * It begins at once, or if a task starts it when that next waits.  If there can be no
 * more tasks it is just called, so that everything waits while it does.
 */
void task_start(void (*run)(void *arg), void *arg)
{
	struct task *t = create(run, arg);

	if (!t) {
		run(arg);
		return;
	}
	t->next = tasks;
	tasks = t;
	count++;
	if (!current) {
		go_on(t, false);
		return;
	}
	t->due_ns = task_now_ns();
	set_timer();
}

static bool wait_outside(int fd, u64 deadline_ns)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	u64 now = task_now_ns();
	u64 ns = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	return ppoll(&pfd, 1, &ts, NULL) > 0;
}

/**
 * task_wait - wait until a descriptor is readable or hung up
 * @fd: the descriptor, which nothing else waits for; or -1
 * @deadline_ns: for so long at most, MONOTONIC
 *
 * Outside a task everything waits.
 *
 * Return: whether it is.
 */
bool task_wait(int fd, u64 deadline_ns)
{
	struct task *t = current;
	struct problem why;
	int watched;

	if (!t)
		return wait_outside(fd, deadline_ns);
	t->watch.fd = fd;
	watched = fd >= 0 && !loop_add(&t->watch, &why);
	t->due_ns = deadline_ns ? deadline_ns : 1;
	set_timer();
	leave(t);
	if (watched)
		loop_forget(&t->watch);
	return t->ready;
}

void task_sleep(u64 ns)
{
	task_wait(-1, task_now_ns() + ns);
}
