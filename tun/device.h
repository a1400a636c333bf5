/* The TUN device: whole IPv6 packets between the host and the mesh, one a read or a write, with no
 * header before them. The descriptor comes from the opener, open("/dev/net/tun") non-blocking, and
 * stays the caller's; the device lives as long as a descriptor is attached to it. */
#ifndef TUN_DEVICE_H
#define TUN_DEVICE_H

#include "base/require.h"

#include <stddef.h>
#include <stdint.h>

/* Makes the device called name, or takes it over where it exists and nobody holds it, in the
 * network namespace fd was opened in. 0 or -errno, and then one line for people in why: -EBUSY if
 * it is held (the line says by whom), -EINVAL if the name is unfit or of another kind of interface,
 * -EPERM without CAP_NET_ADMIN. */
MUST_USE int tun_attach(int fd, const char *name, char *why, size_t size);

/* One packet from the host. Its size, at most size; 0 if none waits; or -errno: -EBADFD if somebody
 * deleted the device. A longer packet is cut to size: give at least the device's MTU. */
MUST_USE int tun_read(int fd, uint8_t *packet, size_t size);

/* One packet to the host, which counts as received on the device. 0 or -errno: -EIO while the
 * device is down, -EAGAIN if the host takes no more now, -EINVAL for what is no IP packet. */
MUST_USE int tun_write(int fd, const uint8_t *packet, size_t size);

#endif
