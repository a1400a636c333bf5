/* Requests to rtnetlink: built attribute by attribute, sent, answered. The kernel answers a request
 * before the sending returns, so nothing here waits long, whether the socket blocks or not. */
#include "tun/netlink.h"

#include <netlink/handlers.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int refusal_keep(struct sockaddr_nl *from, struct nlmsgerr *answer, void *netlink)
{
	((struct netlink *)netlink)->refusal = answer->error;
	return NL_STOP;
}

int netlink_open(struct netlink *netlink, int rtnetlink)
{
	struct msghdr nothing = {0};

	/* What is left of an answer that could not be read would be taken for the next one. */
	while (recvmsg(rtnetlink, &nothing, MSG_DONTWAIT) >= 0)
		;

	/* nl_socket_free closes what it was given, and the caller keeps its own. */
	int copy = fcntl(rtnetlink, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -errno;
	*netlink = (struct netlink){.socket = nl_socket_alloc()};
	if (!netlink->socket) {
		close(copy);
		return -ENOMEM;
	}
	if (nl_socket_set_fd(netlink->socket, NETLINK_ROUTE, copy) < 0) {
		close(copy);
		nl_socket_free(netlink->socket);
		return -EBADF;
	}
	nl_socket_modify_err_cb(netlink->socket, NL_CB_CUSTOM, refusal_keep, netlink);
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	nl_socket_free(netlink->socket);
}

struct request request_of(int type, int flags, const void *header, size_t size)
{
	struct request request = {.message = nlmsg_alloc_simple(type, flags)};
	void *room = request.message ? nlmsg_reserve(request.message, size, NLMSG_ALIGNTO) : NULL;

	request.failed = !room;
	if (room)
		memcpy(room, header, size);
	return request;
}

void request_put(struct request *request, int attribute, const void *bytes, size_t size)
{
	if (!request->failed)
		request->failed = nla_put(request->message, attribute, (int)size, bytes) < 0;
}

void request_u8(struct request *request, int attribute, uint8_t value)
{
	request_put(request, attribute, &value, sizeof(value));
}

void request_u32(struct request *request, int attribute, uint32_t value)
{
	request_put(request, attribute, &value, sizeof(value));
}

void request_string(struct request *request, int attribute, const char *string)
{
	if (!request->failed)
		request->failed = nla_put_string(request->message, attribute, string) < 0;
}

struct nlattr *request_nest(struct request *request, int attribute)
{
	struct nlattr *nest = NULL;

	if (!request->failed) {
		nest = nla_nest_start(request->message, attribute);
		request->failed = !nest;
	}
	return nest;
}

void request_nest_end(struct request *request, struct nlattr *nest)
{
	if (!request->failed)
		nla_nest_end(request->message, nest);
}

int netlink_send(struct netlink *netlink, struct request *request)
{
	if (request->failed) {
		nlmsg_free(request->message);
		return -ENOMEM;
	}
	netlink->refusal = 0;
	if (nl_send_sync(netlink->socket, request->message) >= 0)
		return 0;
	return netlink->refusal ? netlink->refusal : -EIO;
}
