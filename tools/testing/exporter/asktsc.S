/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A boot sector that answers questions about its TSC, through its own memory:
 * whenever the word at 0x6000 differs from that at 0x6004, the TSC goes to
 * 0x6008 and then the former to the latter.
 */
	.code16
	.globl start
start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
again:
	movl	0x6000, %ecx
	cmpl	0x6004, %ecx
	je	again
	rdtsc
	movl	%eax, 0x6008
	movl	%edx, 0x600c
	movl	%ecx, 0x6004
	jmp	again

	.org	510
	.word	0xaa55
