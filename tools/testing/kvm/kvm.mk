# SPDX-License-Identifier: GPL-2.0
# The same on genuine KVM: in a guest whose CPU QEMU emulates, virtualisation
# and all.
KVM_PROGRAM := $(O)/bin/kvm/standstill

$(KVM_PROGRAM): tools/testing/kvm/guest/standstill.c $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK) \
		tools/testing/kvm/kvm.mk
	@mkdir -p $(@D)
	$(CC) -static $(USER_CFLAGS) -I $(E2E) -o $@ $< $(E2E_OUT)/64/shared.a $(LIBHOSTCLOCK)

.PHONY: check-kvm prepare-kvm
check-kvm: ## run the tests on KVM, nested in an emulated machine
	@tools/testing/run --tier kvm

prepare-kvm: all guest-stock-6.1 $(KVM_PROGRAM)
