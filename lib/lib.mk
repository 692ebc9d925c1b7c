# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# libhostclock.a: the conversion library for user space. The kernel compiles the
# same files by way of lib/hostclock/Makefile; module.c is for it alone.
USER_CFLAGS ?= -std=gnu11 -O2 -g -Wall -Wextra -Wmissing-prototypes -D_GNU_SOURCE \
	-I lib/include -I lib/include/uapi

LIBHOSTCLOCK := $(O)/lib/libhostclock.a
LIBHOSTCLOCK_SRC := $(filter-out %/module.c,$(wildcard lib/hostclock/*.c))
LIBHOSTCLOCK_OBJ := $(LIBHOSTCLOCK_SRC:lib/hostclock/%.c=$(O)/lib/%.o)

# Snapshots copy structures word by word; the kernel is compiled like this anyway.
LIBHOSTCLOCK_CFLAGS := $(USER_CFLAGS) -fno-strict-aliasing

$(O)/lib/%.o: lib/hostclock/%.c lib/lib.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(LIBHOSTCLOCK_CFLAGS) -MMD -MP -c $< -o $@

$(LIBHOSTCLOCK): $(LIBHOSTCLOCK_OBJ)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

-include $(LIBHOSTCLOCK_OBJ:.o=.d)

.PHONY: lib
lib: $(LIBHOSTCLOCK) ## build the conversion library for user space
all: $(LIBHOSTCLOCK)
