# SPDX-License-Identifier: GPL-2.0
# libvirt's domains get hostclockd's pages by the hook of hostclock-host, and their QEMUs may
# read these by its AppArmor rules, and nothing else.
. /hostclock/domains.sh
saved=/var/lib/libvirt/qemu/save/saved

# check_life NAME METHOD: of a domain that is defined
check_life() {
	local name=$1 uuid

	holds "$name is started" "$(cat /tmp/virsh)" v start "$name"
	uuid=$(virsh domuuid "$name" | head -n 1)
	same "$name: its QEMU is confined" "libvirt-$uuid (enforce)" "$(cat "/proc/$(pid_of "$name")/attr/current")"
	same "$name: and another user's" libvirt-qemu "$(stat -c %U "/proc/$(pid_of "$name")")"
	is_followed "$name: its page was made, and attached to" "$name" "running $2 none"
	holds "$name maps both, read-only" "$(grep $dir "/proc/$(pid_of "$name")/maps")" \
		[ "$(grep -c "r--s.*$dir/" "/proc/$(pid_of "$name")/maps")" = 2 ]
	holds "$name is saved" "$(cat /tmp/virsh)" v save "$name" $saved
	same "$name: its page is removed" "" "$(left)"
	holds "$name is restored" "$(cat /tmp/virsh)" v restore $saved
	is_followed "$name has a page again, by cause restore" "$name" "running $2 restore"
}

# Nothing tells hostclockd of these, but QEMU's memory under TCG.
check_suspend() {
	holds "$1 is suspended" "$(cat /tmp/virsh)" v suspend "$1"
	holds "hostclockd sees that $1 stopped" "$(vm "$1" state)" eventually vm_is "$1" state stopped
	holds "$1 is resumed" "$(cat /tmp/virsh)" v resume "$1"
	holds "and that it runs" "$(vm "$1" state)" eventually vm_is "$1" state running
}

# What hostclockctl is told under KVM, by who suspends
check_told() {
	holds "$1 is suspended" "$(cat /tmp/virsh)" v suspend "$1"
	holds "hostclockd is told" "it refuses" ctl stop "$1"
	same "and knows" stopped "$(vm "$1" state)"
	holds "it is told of the end" "it refuses" ctl cont "$1"
	holds "$1 is resumed" "$(cat /tmp/virsh)" v resume "$1"
	same "and runs" running "$(vm "$1" state)"
}

check_end() {
	holds "$1 is destroyed" "$(cat /tmp/virsh)" v destroy "$1"
	same "nothing is left of $1" "" "$(ctl list; left)"
}

# Files that every user may read and that are no pages
check_denied() {
	local file

	same "AppArmor has refused nothing" "" "$(denied)"
	mkdir -m 755 /run/other
	head -c 16384 /dev/zero >/run/other/clock
	for file in /run/other/clock $dir/other; do
		[ -e $file ] || head -c 16384 /dev/zero >$file
		domain thief "thief 64 1" qemu pc "s|mem-path=$dir/clock|mem-path=$file|"
		holds "$file is given to no domain" "it is" eval '! v start thief'
		holds "by AppArmor: $file" "$(cat /tmp/virsh)" eventually eval "denied | grep -q 'name=\"$file\"'"
		v destroy thief
		v undefine thief
	done
	domain thief "thief 64 1" qemu pc "s|readonly=on,id=hcc|id=hcc|"
	chmod 666 $dir/clock
	holds "the clock can be written by no domain" "it can" eval '! v start thief'
	chmod 644 $dir/clock
	holds "by AppArmor: writing" "$(cat /tmp/virsh)" eventually denied_writing $dir/clock
	same "of what did not start nothing is left" "" "$(left)"
}

# A domain of one's own, without pages
check_others() {
	cat >/tmp/other.xml <<-END
	<domain type='qemu'><name>other</name><memory unit='MiB'>16</memory>
	<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
	END
	v define /tmp/other.xml
	holds "$1: a domain without pages is started" "$(cat /tmp/virsh)" v start other
	v destroy other
}

check_remove() {
	local pid

	domain last "last 64 1" kvm q35
	holds "a domain is started" "$(cat /tmp/virsh)" v start last
	pid=$(pid_of last)
	holds "the package is installed again" "$(tail -n 1 /tmp/dpkg)" \
		eval 'dpkg --install /hostclock/host.deb >/tmp/dpkg 2>&1'
	holds "hostclockd answers" "$(said)" eventually answers
	same "under a domain that runs" "$pid running" "$(pid_of last) $(vm last state)"
	check_end last
	holds "the package is removed" "$(tail -n 1 /tmp/dpkg)" \
		eval 'dpkg --remove hostclock-host >/tmp/dpkg 2>&1'
	check_others removed
	holds "the package is purged" "$(tail -n 1 /tmp/dpkg)" \
		eval 'dpkg --purge hostclock-host >/tmp/dpkg 2>&1'
	check_others purged
	same "libvirt's and AppArmor's files are what they were" "" \
		"$(diff -r /tmp/apparmor.d /etc/apparmor.d | grep -v '^Only in /etc/apparmor.d/libvirt: libvirt-';
			find /etc/libvirt -name '*hostclock*'; dpkg --verify libvirt-daemon-system | grep -v /usr/share/)"
}

modprobe kvm-amd
# Domains have nothing to do, and do that busily.
systemctl set-property --runtime machine.slice CPUWeight=1
check_install
domain tcg "tcg 64 1" qemu pc
check_life tcg tcg-memory
check_suspend tcg
check_end tcg
domain kvm "kvm 64 1" kvm q35
check_life kvm kvm-debugfs
check_told kvm
check_end kvm
check_others installed
check_denied
check_remove
