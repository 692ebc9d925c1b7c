# SPDX-License-Identifier: GPL-2.0
# Two lives: called by the kernel's build this is a Kbuild file, called by a
# person it is the project's front door. Every component brings its own .mk.
ifneq ($(KERNELRELEASE),)

obj-$(CONFIG_PTP_HOSTCLOCK) += drivers/ptp/hostclock/

else

SHELL := /bin/bash
O := $(CURDIR)/build
export O
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help

# A fragment adds its artefacts to `all`, its help lines to HELP, and defines
# its own targets. Order does not matter.
include $(sort $(wildcard lib/*.mk kunit/*.mk arch/x86/*.mk drivers/ptp/hostclock/*.mk tools/*/*.mk tools/testing/*/*.mk))

.PHONY: help all clean
help: ## show this text
	@echo "hostclock: a guest clock that is the host's"
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 24

clean: ## remove build/
	rm -rf $(O)

endif
