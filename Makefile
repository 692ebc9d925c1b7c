# SPDX-License-Identifier: GPL-2.0
# Two lives: called by the kernel's build this is a Kbuild file, called by a
# person it is the project's front door. Every component brings its own .mk.
ifneq ($(KERNELRELEASE),)

# Built against a kernel that has no such option: it is wanted, or why build?
CONFIG_PTP_HOSTCLOCK ?= m
obj-$(CONFIG_PTP_HOSTCLOCK) += drivers/ptp/hostclock/

else

SHELL := /bin/bash
O ?= $(CURDIR)/build
override O := $(abspath $(O))
PREFIX ?= /usr/local
export O
# As an environment variable only: on a command line, kernel builds take it for
# their own.
MAKEOVERRIDES :=
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

# With V=1 commands are shown, otherwise what they make, and with -s neither.
ifeq ($(V),1)
say =
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
say = @
else
say = @printf '  %-7s %s\n' $(1) $(@:$(O)/%=%);
endif

.DEFAULT_GOAL := help

# Packages come before everything else: what fragments find out while they are
# read may depend on them. That a file to include is out of date makes make
# bring it up to date first, and start over.
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
include $(O)/packages.mk
endif

$(O)/packages.mk: tools/build/packages
	@mkdir -p $(O)
	@tools/build/packages $(O)
	@touch $@

# A fragment adds its artefacts to `all` and defines its own targets; a comment
# `## text` behind a target is its line of help. Order does not matter.
include $(sort $(wildcard lib/*.mk kunit/*.mk arch/x86/*.mk drivers/ptp/hostclock/*.mk tools/*/*.mk tools/testing/*/*.mk))

# Programs by the names that they have from here, too.
ifeq ($(O),$(CURDIR)/build)
build/bin/%: $(O)/bin/% ;
endif

.PHONY: help all packages install clean
help: ## show this text
	@echo "hostclock: a guest clock that is the host's"
	@grep -hE '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9.-]+):.*## /  make \1\t/' | expand -t 26

all: ## build everything but the kernels that only tests need

packages: $(O)/packages.mk ## install what building and testing needs (Debian 12, root)

SBIN_PROGRAMS := $(addprefix $(O)/bin/,hostclockd hostclockctl hostclock-notify)
MAN_PAGES := $(wildcard tools/*/*.[18])
UNITS := $(wildcard tools/*/*.service)

install: $(SBIN_PROGRAMS) $(O)/bin/hostclock ## install the tools (PREFIX, DESTDIR)
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin
	install $(SBIN_PROGRAMS) $(DESTDIR)$(PREFIX)/sbin
	install $(O)/bin/hostclock $(DESTDIR)$(PREFIX)/bin
	for page in $(MAN_PAGES); do \
		install -D -m 644 -t "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}" "$$page" || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in $(UNITS); do \
		sed 's|/usr/sbin/|$(PREFIX)/sbin/|' "$$unit" \
			>"$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}" || exit 1; done
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/udev/rules.d $(wildcard tools/*/*.rules)

clean: ## remove build/
	rm -rf $(O)

endif
