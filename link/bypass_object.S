/* The object that clang made of link/bypass.bpf.c, aligned as libelf wants it. */
	.section .rodata
	.balign 16
	.global bypass_object, bypass_object_end
bypass_object:
	.incbin BYPASS_OBJECT
bypass_object_end:
	.section .note.GNU-stack, "", %progbits
