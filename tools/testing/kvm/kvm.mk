# SPDX-License-Identifier: GPL-2.0
# The same on genuine KVM: in a guest whose CPU QEMU emulates, virtualisation
# and all.
KVM_PROGRAM := $(O)/bin/kvm/standstill
KVM_SRC := $(addprefix tools/testing/kvm/guest/,standstill.c reading.c record.c)

$(KVM_PROGRAM): $(KVM_SRC) $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK) \
		tools/testing/kvm/guest/reading.h tools/testing/kvm/guest/record.h \
		tools/testing/kvm/kvm.mk
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -static $(USER_CFLAGS) -I $(E2E) -o $@ $(KVM_SRC) $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK)

.PHONY: check-kvm prepare-kvm
check-kvm: ## run the tests on KVM, nested in an emulated machine
	@$(RUN_TESTS) --tier kvm

prepare-kvm: all guest-stock-6.1 $(O)/stock-6.1/hostclock_export.ko $(KVM_PROGRAM)
