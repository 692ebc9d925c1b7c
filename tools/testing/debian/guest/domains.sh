# SPDX-License-Identifier: GPL-2.0
# Sourced by the scripts in the Debian guest that has libvirt: domains with hostclockd's pages.
rules=/etc/apparmor.d/local/abstractions/libvirt-qemu

# What the hook and hostclockd logged last
said() { journalctl --output cat --no-pager --lines 3 -t hostclock-libvirt -u hostclockd; }

# followed VM: what hostclockd makes of it: state, method and cause, in one line
followed() {
	ctl status --json |
		sed -n "/\"name\": *\"$1\"/,/}/s/^ *\"\(method\|state\|cause\)\": *\"\([^\"]*\).*/\2/p" | xargs
}

followed_is() { [ "$(followed "$1")" = "$2" ]; }

# is_followed RESULT VM WANT: soon
is_followed() {
	holds "$1" "$(followed "$2"); $(said)" eventually followed_is "$2" "$3"
}

# Pages and the hook's notes
left() { find $dir/vm /run/hostclock-libvirt -type f 2>/dev/null; }

# Of AppArmor: what it refused to domains
denied() { journalctl --dmesg --output cat --no-pager | grep 'apparmor="DENIED".*profile="libvirt-'; }

# denied_writing FILE
denied_writing() { denied | grep "name=\"$1\"" | grep -q 'denied_mask="w'; }

pid_of() { cat "/run/libvirt/qemu/$1.pid" 2>/dev/null; }

# v COMMAND...: virsh, what it says in /tmp/virsh
v() { virsh --quiet "$@" >/tmp/virsh 2>&1; }

# domain NAME "WORD..." TYPE MACHINE [SED-COMMAND]: one with pages, as the recipe's xml WORD... has
# it, is defined
domain() {
	local xml=/tmp/$1.xml

	/hostclock/recipes/libvirt.sh --dry-run xml $2 |
		sed "s|^<domain type='kvm'|<domain type='$3'|
			/^<domain/a <name>$1</name><os><type arch='x86_64' machine='$4'>hvm</type></os>
			/^<\/domain/i <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>" |
		sed "${5:-}" >"$xml"
	v define "$xml"
}

check_install() {
	: >/tmp/dpkg
	cp -a /etc/apparmor.d /tmp/apparmor.d
	holds "libvirt runs" "$(systemctl status --no-pager libvirtd | tail -n 3)" eventually v list
	same "confined" "libvirtd (enforce)" "$(cat "/proc/$(pidof libvirtd)/attr/current")"
	holds "the package is installed" "$(tail -n 1 /tmp/dpkg)" \
		eval 'dpkg --install /hostclock/host.deb >/tmp/dpkg 2>&1'
	holds "hostclockd answers" "$(said)" eventually answers
	holds "libvirt runs again" "$(systemctl status --no-pager libvirtd | tail -n 3)" eventually v list
	same "the rules are where libvirt's profiles look" "include if exists <abstractions/hostclock-libvirt>" \
		"$(cat $rules)"
}
