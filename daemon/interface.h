/* The interfaces that the control socket serves, in Varlink's language, as bytes of this program:
 * daemon/io.meshpd.varlink and daemon/org.varlink.service.varlink, which the build puts in
 * (daemon/interface.S). */
#ifndef DAEMON_INTERFACE_H
#define DAEMON_INTERFACE_H

extern const char meshpd_interface[], meshpd_interface_end[];
extern const char service_interface[], service_interface_end[];

#endif
