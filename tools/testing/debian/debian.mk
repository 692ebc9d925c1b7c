# SPDX-License-Identifier: GPL-2.0
# The full Debian guest that some end-to-end tests boot.
.PHONY: debian-guest debian-packages debian-libvirt debian-libvirt-stock debian-deb-kernel
debian-packages: debian-guest deb $(O)/stock-6.1/hostclock_export.ko $(O)/bin/guest/nosyscall $(O)/bin/guest/coherence

# The same with libvirt
debian-libvirt: deb $(O)/stock-6.1/vmlinuz
	@tools/guest/debian $(O) libvirt

# And what its domain with an unpatched kernel has
debian-libvirt-stock: debian-libvirt guest-stock-6.1 $(O)/bin/kvm/standstill

# What installs Debian's kernel with our series
debian-deb-kernel: debian-packages deb-kernel

debian-guest: $(O)/stock-6.1/vmlinuz $(O)/stock-6.1/hostclock.ko ## make the full Debian guest of some tests
	@tools/guest/debian $(O)
