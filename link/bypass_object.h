/* The compiled program of link/bypass.bpf.c, an ELF object, as bytes of this program; the build
 * puts them in (link/bypass_object.S). Private to link/. */
#ifndef LINK_BYPASS_OBJECT_H
#define LINK_BYPASS_OBJECT_H

extern const char bypass_object[], bypass_object_end[];

#endif
