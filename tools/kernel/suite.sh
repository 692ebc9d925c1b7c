# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by what downloads from another Debian than this machine's.

# The mirror that this machine's own Debian comes from; fails if apt knows none.
debian_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(SITE)' 'Created-By: Packages' |
		sed -n '/^Debian .*-\(updates\|security\|backports\) /d; s/^Debian [^ ]* //p' | head -n 1 |
		grep .
}

# suite_options SUITE DIR: sets suite_options to what has apt look there only, with lists of its
# own in DIR: what is installed here is not to become of another suite.
suite_options() {
	local mirror

	mirror=$(debian_mirror) || { echo "apt knows no mirror of Debian" >&2; return 1; }
	mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
	chmod -R 755 "$2"
	printf '%s [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
		deb "$mirror" "$1" deb-src "$mirror" "$1" >"$2/sources.list"
	suite_options=(-o APT::Sandbox::User=root -o Dir::Etc::SourceList="$2/sources.list"
		-o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$2/lists" -o Dir::Cache="$2/cache")
	apt-get -q "${suite_options[@]}" update >&2 || { echo "cannot get the lists of $1" >&2; return 1; }
}
