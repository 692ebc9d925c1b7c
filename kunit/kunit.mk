# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# KUnit in other places than our guest's kernel; `make kunit` is that.
.PHONY: kunit-tool
kunit-tool: $(LINUX_STAMP) ## run the KUnit tests by the kernel's own kunit.py, on UML
	cd $(LINUX_TREE) && tools/testing/kunit/kunit.py run \
		--kunitconfig $(CURDIR)/kunit --build_dir $(O)/kunit-tool 'hostclock-*'
