/* The TUN device: IPv6 packets and super-packets between the host and the mesh, one a read or a
 * write, each behind the header of tun/offload. The descriptor comes from the opener,
 * open("/dev/net/tun") non-blocking, and stays the caller's; the device lives as long as a
 * descriptor is attached to it. */
#ifndef TUN_DEVICE_H
#define TUN_DEVICE_H

#include "base/require.h"
#include "tun/merge.h"
#include "tun/offload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the device called name, or takes it over where it exists and nobody holds it, in the
 * network namespace fd was opened in. several: fd becomes one of its queues, which others may join.
 * fd may have been attached to a device that is gone. 0 or -errno, and then one line for people in
 * why: -EBUSY if it is held (the line says by whom), -EINVAL if the name is unfit or of another
 * kind of interface, -EPERM without CAP_NET_ADMIN. */
MUST_USE int tun_attach(int fd, const char *name, bool several, char *why, size_t size);

/* What the kernel leaves to us and takes from us, each with what stands before it. */
enum tun_offloads {
	TUN_WHOLE,    /* packets with whole checksums */
	TUN_CHECKSUM, /* partial checksums */
	TUN_TCP,      /* super-packets of TCP */
	TUN_UDP,      /* and of UDP: Linux 6.2 */
};

/* Has an attached device hand over as much as this kernel can, and says what that is. What it takes
 * from us is the same but that TCP and partial checksums are taken by all. */
enum tun_offloads tun_offload(int fd);

/* A packet from the host, and the header before it. The packet's size, at most size; 0 if none
 * waits; or -errno: -EBADFD if somebody deleted the device. A longer packet is cut to size: none is
 * longer than OFFLOAD_PACKET. */
MUST_USE int tun_read(int fd, uint8_t header[OFFLOAD_HEADER], uint8_t *packet, size_t size);

/* True if a process, by its number as text, holds the device called name. */
MUST_USE bool tun_is_held(const char *pid, const char *name);

/* What the device a descriptor is attached to is called now. False if it is gone. */
MUST_USE bool tun_called(int fd, char name[16]);

/* True if what tun_read said is of the device, which is gone, and not of one packet. */
bool tun_is_gone(int status);

/* A packet or super-packet to the host, which counts as received on the device. 0 or -errno: -EIO
 * while the device is down, -EAGAIN if the host takes no more now, -EINVAL for what is no IP
 * packet. */
MUST_USE int tun_write(int fd, const struct merge_out *out);

/* Writes what was gathered, but for what began after until and may still grow. How many packets and
 * super-packets the host did not take. */
uint64_t tun_deliver(int fd, struct merge *merge, instant until);

#endif
