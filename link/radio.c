/* One request lists all stations of an interface: the access point, or every host of an ad-hoc or
 * 802.11s network. The number of nl80211's family is asked for when it is first needed, for its
 * module may come with the first radio. */
#include "link/radio.h"
#include "link/station.h"

#include <linux/nl80211.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct radio {
	struct nl_sock *socket; /* on a copy of the caller's descriptor */
	int family;		/* 0: not known yet */
	uint64_t slowest_bps;	/* of the stations told of so far; 0: none */
};

static int station_told(struct nl_msg *message, void *owner)
{
	struct radio *radio = owner;
	uint64_t rate_bps = station_rate_bps(nlmsg_hdr(message));

	if (rate_bps > 0 && (radio->slowest_bps == 0 || rate_bps < radio->slowest_bps))
		radio->slowest_bps = rate_bps;
	return NL_OK;
}

void radio_close(struct radio *radio)
{
	if (radio == NULL)
		return;
	nl_socket_free(radio->socket);
	free(radio);
}

/* Gives the socket a copy of the descriptor: nl_socket_free closes what it was given. 0 or -errno.
 */
static int descriptor_copy(struct nl_sock *socket, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	if (nl_socket_set_fd(socket, NETLINK_GENERIC, copy) == 0)
		return 0;
	close(copy);
	return -EBADF;
}

int radio_open(struct radio **radio, int fd)
{
	struct radio *made = calloc(1, sizeof(*made));
	int status = -ENOMEM;

	if (made == NULL)
		return status;
	made->socket = nl_socket_alloc();
	if (made->socket != NULL)
		status = descriptor_copy(made->socket, fd);
	if (status == 0 &&
	    nl_socket_modify_cb(made->socket, NL_CB_VALID, NL_CB_CUSTOM, station_told, made) != 0)
		status = -ENOMEM;
	if (status == 0)
		*radio = made;
	else
		radio_close(made);
	return status;
}

/* Asks for the stations of a link and waits until all are told of. */
static bool stations_ask(struct radio *radio, uint32_t ifindex)
{
	struct nl_msg *message = nlmsg_alloc();
	bool asked = message != NULL &&
		     genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, radio->family, 0, NLM_F_DUMP,
				 NL80211_CMD_GET_STATION, 0) != NULL &&
		     nla_put_u32(message, NL80211_ATTR_IFINDEX, ifindex) == 0 &&
		     nl_send_auto(radio->socket, message) >= 0;

	nlmsg_free(message);
	return asked && nl_recvmsgs_default(radio->socket) >= 0;
}

uint64_t radio_rate_bps(struct radio *radio, uint32_t ifindex)
{
	if (radio->family <= 0)
		radio->family = genl_ctrl_resolve(radio->socket, "nl80211");
	radio->slowest_bps = 0;
	if (radio->family <= 0 || !stations_ask(radio, ifindex))
		return 0;
	return radio->slowest_bps;
}
