/* SPDX-License-Identifier: GPL-2.0 */
/* The least 32-bit program: it ends with 0, where a kernel can execute it. */
	.globl	_start
_start:
	movl	$1, %eax		/* exit */
	xorl	%ebx, %ebx
	int	$0x80
	.section .note.GNU-stack, "", @progbits
