# SPDX-License-Identifier: GPL-2.0
# The version, and archives of the sources that have it in their names.
VERSION := $(O)/version
VERSION_OBJ := $(O)/tools/version.o

# Written when it changes, which a commit may do.
$(VERSION): FORCE
	@mkdir -p $(@D)
	@tools/build/version >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(VERSION_OBJ): tools/build/version.c $(VERSION)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(USER_CFLAGS) -DHOSTCLOCK_VERSION='"$(shell tools/build/version)"' -c $< -o $@

.PHONY: FORCE dist deb
FORCE:

dist: ## archive the committed sources: build/hostclock-VERSION.tar.xz
	@tools/build/dist $(O)

deb: ## build Debian packages of what is committed: build/deb/*.deb
	@tools/build/deb $(O)
