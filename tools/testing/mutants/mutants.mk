# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
.PHONY: check-mutants
check-mutants: ## show that the native tests catch planted defects
	@python3 tools/testing/mutants/mutants.py $(O)
