# SPDX-License-Identifier: GPL-2.0
# Sourced by what builds kernels below $out: sets compilers, arguments for make.

# The cache is where the user keeps it (XDG_CACHE_HOME), outside the clone, so that
# the next clone finds it. For that, what is compiled must not depend on where the
# clone is: paths below OUT are relative, and the working directory does not count
# (these kernels have no debugging information that would name it).
export CCACHE_BASEDIR=$out CCACHE_NOHASHDIR=1
compilers=()
! command -v ccache >/dev/null || compilers=(CC="ccache gcc" HOSTCC="ccache gcc")
