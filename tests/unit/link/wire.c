/* The wire is made by ip(8), as a person would. */
#include "wire.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

bool wire_run(const char *command)
{
	char line[300];

	snprintf(line, sizeof(line), "%s >/dev/null 2>&1", command);
	return system(line) == 0;
}

int wire_namespace(void **state)
{
	return unshare(CLONE_NEWNET) == 0 && wire_run("ip link set lo up") ? 0 : -1;
}

struct wire_end wire_end_of(const char *name)
{
	struct wire_end end = {.ifindex = if_nametoindex(name)};
	struct ifreq request = {.ifr_flags = 0};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(end.ifindex != 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	memcpy(end.lladdr, request.ifr_hwaddr.sa_data, LINK_LLADDR);
	close(fd);
	return end;
}

/* Waits until an interface that is up has been made ready to send, which the kernel does a moment
 * later; what is asked by ip waits for the one that is at work there. */
static void wire_await(const char *name)
{
	struct ifreq request = {.ifr_flags = 0};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	do {
		assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	} while ((request.ifr_flags & IFF_RUNNING) == 0);
	close(fd);
	assert_true(wire_run("ip link show"));
}

void wire_up(void)
{
	assert_true(wire_run("ip link set left up && ip link set right up"));
	wire_await("left");
	wire_await("right");
}

void wire_make(unsigned int mtu, struct wire_end *left, struct wire_end *right)
{
	char line[200];

	wire_run("ip link delete left");
	snprintf(line, sizeof(line), "ip link add left mtu %u type veth peer name right mtu %u",
		 mtu, mtu);
	assert_true(wire_run(line));
	wire_up();
	*left = wire_end_of("left");
	*right = wire_end_of("right");
}

int wire_socket(bool bound)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(WIRE_TYPE)};
	const int size = 4 << 20;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bound)
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

int wire_socket_xdp(void)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}
