/* Everything that needs a right is opened here. The packet socket is bound to our EtherType with
 * interface index 0: it serves every link, those that come later too, and is not disturbed when one
 * goes. packet(7), rtnetlink(7). */
#include "daemon/opener.h"

#include <arpa/inet.h>
#include <dumbnet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET_BUFFER = 4 << 20 }; /* bytes of received frames that wait for a busy daemon */

static int device_open(const char *name, struct failure *failure)
{
	char why[400];
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int status;

	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		return failure_say(failure, -errno,
				   "/dev/net/tun: %s, load the module with 'modprobe tun'",
				   strerror(errno));
	if (fd < 0)
		return failure_say(
			failure, -errno,
			"/dev/net/tun: %s, start as root or give it mode 0666 as udev does",
			strerror(errno));
	status = tun_attach(fd, name, why, sizeof(why));
	if (status == 0)
		return fd;
	close(fd);
	return failure_say(failure, status, "%s", why);
}

/* CAP_NET_ADMIN may exceed what net.core.rmem_max allows everybody. */
static void buffer_enlarge(int fd)
{
	int size = PACKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* A packet socket to which nothing comes before it is bound. */
static int packet_open(struct failure *failure)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return failure_say(failure, -errno,
				   "packet socket: %s, start as root or give CAP_NET_RAW",
				   strerror(errno));
	buffer_enlarge(fd);
	return fd;
}

static int packet_bind(int fd, uint16_t ethertype, struct failure *failure)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
	};

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return failure_say(failure, -errno, "packet socket: %s", strerror(errno));
}

/* These are to be had or not: without them links share the packet socket. */
static void express_open(struct opened *opened)
{
	for (int i = 0; i < OPENER_EXPRESS; i++)
		opened->express[i] = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int netlink_open(int flags, int family, struct failure *failure)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, family);

	if (fd >= 0)
		return fd;
	return failure_say(failure, -errno, "netlink socket: %s", strerror(errno));
}

int opener_open_host(struct opened *opened, struct failure *failure)
{
	*opened = OPENED_NONE;
	opened->host_requests = netlink_open(0, NETLINK_ROUTE, failure);
	return opened->host_requests < 0 ? opened->host_requests : 0;
}

int opener_open(const struct config *config, struct opened *opened, struct failure *failure)
{
	int status = opener_open_host(opened, failure);

	if (status < 0)
		return status;
	opened->link_requests = netlink_open(0, NETLINK_ROUTE, failure);
	if (opened->link_requests < 0)
		return opened->link_requests;
	opened->link_events = netlink_open(SOCK_NONBLOCK, NETLINK_ROUTE, failure);
	if (opened->link_events < 0)
		return opened->link_events;
	opened->radio_requests = netlink_open(0, NETLINK_GENERIC, failure);
	if (opened->radio_requests < 0)
		return opened->radio_requests;
	opened->interfaces = intf_open();
	if (opened->interfaces == NULL)
		return failure_say(failure, -errno, "interfaces: %s", strerror(errno));
	opened->packet = packet_open(failure);
	if (opened->packet < 0)
		return opened->packet;
	opened->ring = packet_open(failure);
	if (opened->ring < 0)
		return opened->ring;
	status = packet_bind(opened->packet, config->ethertype, failure);
	if (status < 0)
		return status;
	express_open(opened);
	opened->tun = device_open(config->tun_name, failure);
	if (opened->tun < 0)
		return opened->tun;
	opened->offloads = tun_offload(opened->tun);
	return 0;
}

static void descriptor_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

void opener_close(struct opened *opened)
{
	descriptor_close(opened->tun);
	descriptor_close(opened->packet);
	descriptor_close(opened->ring);
	for (int i = 0; i < OPENER_EXPRESS; i++)
		descriptor_close(opened->express[i]);
	descriptor_close(opened->link_requests);
	descriptor_close(opened->link_events);
	descriptor_close(opened->radio_requests);
	descriptor_close(opened->host_requests);
	if (opened->interfaces != NULL)
		intf_close(opened->interfaces);
	*opened = OPENED_NONE;
}
