# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: what the build provides.

# Sets kernel, image, exporter and control; builds what is missing.
need_products() {
	local missing=()

	exporter=$build/bin/hostclockd
	control=$build/bin/hostclockctl
	case $opt_kernel in
	stock-*)
		kernel=$build/$opt_kernel/vmlinuz
		image=$build/guest/initramfs-$opt_kernel.cpio ;;
	*/*)
		kernel=$opt_kernel
		image=$build/guest/initramfs-patched.cpio ;;
	*)
		kernel=$build/kernel/arch/x86/boot/bzImage
		image=$build/guest/initramfs-patched.cpio ;;
	esac
	missing=("$image")
	[[ $opt_kernel == */* ]] || missing+=("$kernel")
	[[ ! $opt_hostclock ]] || missing+=("$(exporter_program)" "$control")
	command -v qemu-system-x86_64 >/dev/null && all_there "${missing[@]}" ||
		build_products "${missing[@]}"
}

all_there() {
	local file

	for file; do
		[[ -e $file ]] || return 1
	done
}

# Two guest-runs must not build at the same time.
build_products() {
	mkdir -p "$build"
	(
		flock 9
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
			O="$build" make -s -C "$top" packages "$@" >&2 9>&-
	) 9>"$build/.guest-run.lock" || {
		echo "guest-run: parts are missing and could not be built: $*" >&2
		exit 125
	}
}

# Sets accel to tcg or kvm. Whether KVM can run this guest is tried out once for
# every boot of the host: that /dev/kvm exists says little.
choose_accelerator() {
	local cache=$build/accel boot

	accel=$opt_accel
	[[ $accel == auto ]] || return 0
	accel=tcg
	[[ $opt_format != scaled && -w /dev/kvm ]] || return 0
	boot=$(</proc/sys/kernel/random/boot_id)
	if [[ $(head -n 1 "$cache" 2>/dev/null) != "$boot" ]]; then
		say "finding out whether KVM works"
		if "$here/guest-run" --accel kvm --no-hostclock --kernel "$opt_kernel" \
			--timeout 20 -- true >/dev/null 2>&1; then
			printf '%s\nkvm\n' "$boot" >"$cache.$$"
		else
			printf '%s\ntcg\n' "$boot" >"$cache.$$"
		fi
		mv "$cache.$$" "$cache"
	fi
	accel=$(tail -n 1 "$cache")
	say "accelerator: $accel"
}
