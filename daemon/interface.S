/* The texts of the interfaces of the control socket. */
	.section .rodata
	.global meshpd_interface, meshpd_interface_end, service_interface, service_interface_end
meshpd_interface:
	.incbin MESHPD_INTERFACE
meshpd_interface_end:
service_interface:
	.incbin SERVICE_INTERFACE
service_interface_end:
	.section .note.GNU-stack, "", %progbits
