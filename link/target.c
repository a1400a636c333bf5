/* One question, asked anew each time, because the answer depends on what the other end of a pair
 * does. The numbers are those of the kernel's netdev.yaml; Debian 12's headers are older. */
#include "link/target.h"

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	DEVICE_GET = 1,
	DEVICE_IFINDEX = 1,
	DEVICE_XDP_FEATURES = 3,
	XDP_FEATURE_NDO_XMIT = 4,
};

struct target {
	struct nl_sock *socket;
	int family;
};

static int feature_read(struct nl_msg *message, void *takes)
{
	struct nlattr *attributes[DEVICE_XDP_FEATURES + 1];

	if (genlmsg_parse(nlmsg_hdr(message), 0, attributes, DEVICE_XDP_FEATURES, NULL) == 0 &&
	    attributes[DEVICE_XDP_FEATURES] != NULL)
		*(bool *)takes =
			nla_get_u64(attributes[DEVICE_XDP_FEATURES]) & XDP_FEATURE_NDO_XMIT;
	return NL_OK;
}

static int socket_ready(struct target *target, int fd)
{
	/* nl_socket_free closes what it was given, and the caller keeps its own. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	target->socket = nl_socket_alloc();
	if (target->socket == NULL || nl_socket_set_fd(target->socket, NETLINK_GENERIC, copy) < 0) {
		close(copy);
		return target->socket != NULL ? -EBADF : -ENOMEM;
	}
	/* One question, one message: the answer or why there is none. */
	nl_socket_disable_auto_ack(target->socket);
	target->family = genl_ctrl_resolve(target->socket, "netdev");
	return target->family < 0 ? -ENOENT : 0;
}

int target_open(struct target **target, int fd)
{
	struct target *made = calloc(1, sizeof(*made));
	int status = made != NULL ? socket_ready(made, fd) : -ENOMEM;

	if (status == 0)
		*target = made;
	else
		target_close(made);
	return status;
}

void target_close(struct target *target)
{
	if (target == NULL)
		return;
	nl_socket_free(target->socket);
	free(target);
}

bool target_takes(struct target *target, uint32_t ifindex)
{
	struct nl_msg *message = nlmsg_alloc();
	bool takes = false;

	if (message == NULL)
		return false;
	nl_socket_modify_cb(target->socket, NL_CB_VALID, NL_CB_CUSTOM, feature_read, &takes);
	if (genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, target->family, 0, 0, DEVICE_GET, 0) !=
		    NULL &&
	    nla_put_u32(message, DEVICE_IFINDEX, ifindex) == 0 &&
	    nl_send_auto(target->socket, message) >= 0 && nl_recvmsgs_default(target->socket) < 0)
		takes = false;
	nlmsg_free(message);
	return takes;
}
