# SPDX-License-Identifier: GPL-2.0
# Sourced after e2e/lib.sh: KVM for real. Debian's 6.1 kernel on a machine whose
# CPU, virtualisation included, QEMU emulates. In it, everything that guest-run
# needs, and guest-run.

# With XSAVE, the guests of this KVM find its size wrong: CPUID's answer does not
# change with XCR0 as it does on hardware.
#
# QEMU's emulated SVM takes what it has done with an interrupt back from the CPU's without a lock,
# so that one that comes just then is lost, rarely, and more often on a busy machine. Was it
# a timer's that is set for one event, nothing wakes this machine again; a periodic one comes again.
nested_options=(
	--kernel stock-6.1 --accel tcg --cpu "EPYC,-xsave" --cpus 1
	--append mitigations=off --append nohz=off --append highres=off
	--env PATH=/usr/local/bin:/bin:/sbin:/usr/bin:/usr/sbin
	--env "HOSTCLOCK_FULL=${HOSTCLOCK_FULL:-}"
	--env "EXACT_TRIPS=${EXACT_TRIPS:-}" --env "EXACT_SETS=${EXACT_SETS:-}"
)

# nested_add FILE TO: a file or directory
nested_add() {
	[[ -e $1 ]] || { echo "$1: is missing"; exit 1; }
	nested_options+=(--add "$1:$2")
}

nested_modules() {
	local module

	# In the order in which they are loaded.
	for module in virt/lib/irqbypass arch/x86/kvm/kvm arch/x86/kvm/kvm-amd; do
		nested_add "$build/stock-6.1/modules/kernel/$module.ko" "/lib/modules/${module##*/}.ko"
		echo "/lib/modules/${module##*/}.ko" >>"$work/modules"
	done
	nested_add "$work/modules" /etc/guest-run/modules
}

nested_programs() {
	local program path rom

	# Where busybox's will not do.
	for program in bash cp cpio install ldd sed setpriv socat; do
		path=$(type -P "$program") || { echo "$program: is not installed"; exit 1; }
		nested_add "$path" "/usr/local/bin/$program"
	done
	nested_add "$(type -P bash)" /bin/bash
	nested_add "$(type -P qemu-system-x86_64)" /usr/bin/qemu-system-x86_64
	nested_add /usr/share/seabios/bios-256k.bin /usr/share/seabios/bios-256k.bin
	for rom in kvmvapic.bin linuxboot_dma.bin; do
		nested_add "/usr/share/qemu/$rom" "/usr/share/qemu/$rom"
	done
}

nested_project() {
	local part

	for part in guest-run guest testing/e2e testing/kvm testing/cases; do
		nested_add "$top/tools/$part" "/hostclock/tools/$part"
	done
	for part in bin/hostclockd bin/hostclockd-sim bin/hostclockctl bin/kvm/{standstill,agent,kvmclock_realtime.so} \
		testing/exporter/bin/pagecheck testing/exporter/bin/pageset \
		testing/exporter/bin/pageoff testing/exporter/bin/setclock \
		bin/guest/pingpong stock-6.1/hostclock_export.ko \
		kernel/arch/x86/boot/bzImage guest/initramfs-patched.cpio; do
		nested_add "$build/$part" "/hostclock/build/$part"
	done
}

# in_nested PROGRAM [OPTIONS] -- ARGS...: runs one of l1/ there; OPTIONS are guest-run's.
in_nested() {
	local program=$1 options=()
	shift

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	[[ -e $work/modules ]] || { nested_modules && nested_programs && nested_project; }
	"$top/tools/guest-run" "${nested_options[@]}" "${options[@]}" -- \
		bash "/hostclock/tools/testing/kvm/l1/$program" "$@"
}

# nested [OPTIONS] -- CASE...: runs these of l1/*.sh there, where the clock is the TSC.
nested() {
	in_nested main.sh --no-hostclock "$@"
}
