/* The verbs. A request of another size than its verb's, or with another number of descriptors, is
 * refused as a whole. What is answered says nothing that who asks could not find out by itself. */
#include "daemon/verbs.h"

#include "daemon/nftables.h"
#include "daemon/opener.h"
#include "daemon/parcel.h"
#include "daemon/warden.h"
#include "link/bypass.h"
#include "meshp/address.h"
#include "tun/addressing.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MTU_MOST = 65535 };

/* A request under way, and what is answered. */
struct deed {
	const struct verbs *verbs;
	const void *body;
	int given[PARCEL_DESCRIPTORS]; /* descriptors that came along */
	uint32_t given_count;
	struct warden_answer answer;
	int made; /* a descriptor that goes back, or -1 */
};

static int deed_refuse(struct deed *deed, const char *why)
{
	snprintf(deed->answer.line, sizeof(deed->answer.line), "refused: %s", why);
	return -EINVAL;
}

/* False if there is no such address in the mesh, or no such packet. */
static bool host_read(const struct deed *deed, struct host *host)
{
	const struct warden_host *wanted = deed->body;

	*host = (struct host){
		.tun = deed->verbs->tun, .loopback = deed->verbs->loopback, .mtu = wanted->mtu};
	memcpy(host->address, wanted->address, sizeof(host->address));
	return address_in_mesh(wanted->address) && !address_is_this_node(wanted->address) &&
	       wanted->mtu <= MTU_MOST;
}

static int verb_host(struct deed *deed)
{
	struct warden_answer *answer = &deed->answer;
	struct host host;
	int status;

	if (!host_read(deed, &host))
		return deed_refuse(deed, "no such address or packet size");
	status = loopback_up(deed->verbs->rtnetlink, &host, &answer->loopback, answer->line,
			     sizeof(answer->line));
	if (status == 0 && host.mtu != 0)
		status = addressing_up(deed->verbs->rtnetlink, &host, answer->line,
				       sizeof(answer->line));
	return status;
}

static int verb_leave(struct deed *deed)
{
	struct host host;

	if (!host_read(deed, &host))
		return deed_refuse(deed, "no such address or packet size");
	return addressing_down(deed->verbs->rtnetlink, &host);
}

static int verb_device(struct deed *deed)
{
	struct warden_answer *answer = &deed->answer;
	const struct verbs *verbs = deed->verbs;
	char name[16];
	int status = 0;

	if (tun_called(deed->given[0], name))
		return addressing_rename(verbs->rtnetlink, name, verbs->tun, answer->line,
					 sizeof(answer->line));
	for (uint32_t i = 0; i < deed->given_count && status == 0; i++)
		status = tun_attach(deed->given[i], verbs->tun, deed->given_count > 1, answer->line,
				    sizeof(answer->line));
	return status;
}

static int verb_bypass(struct deed *deed)
{
	const struct warden_bypass *wanted = deed->body;
	int status;

	if (wanted->native > 1)
		return deed_refuse(deed, "no such mode");
	status = bypass_link(deed->given[0], wanted->ifindex, wanted->native == 1);
	if (status < 0)
		return status;
	deed->made = status;
	return 0;
}

static int verb_firewall(struct deed *deed)
{
	struct warden_answer *answer = &deed->answer;
	struct firewall firewall;

	memcpy(&firewall, deed->body, sizeof(firewall));
	memset(firewall.tun, 0, sizeof(firewall.tun));
	memcpy(firewall.tun, deed->verbs->tun, strnlen(deed->verbs->tun, CONFIG_NAME - 1));
	return nftables_apply(&firewall, answer->line, sizeof(answer->line));
}

static int verb_no_firewall(struct deed *deed)
{
	return nftables_remove();
}

/* What a verb's request has, and who does it. */
static const struct {
	size_t size;
	uint32_t least, most; /* descriptors that come along */
	int (*act)(struct deed *deed);
} list[WARDEN_VERBS] = {
	[WARDEN_HOST] = {sizeof(struct warden_host), 0, 0, verb_host},
	[WARDEN_LEAVE] = {sizeof(struct warden_host), 0, 0, verb_leave},
	[WARDEN_DEVICE] = {0, 1, WORKERS_MOST, verb_device},
	[WARDEN_BYPASS] = {sizeof(struct warden_bypass), 1, 1, verb_bypass},
	[WARDEN_FIREWALL] = {sizeof(struct firewall), 0, 0, verb_firewall},
	[WARDEN_NO_FIREWALL] = {0, 0, 0, verb_no_firewall},
};

int verbs_open(struct verbs *verbs, const char *tun, const char *loopback, struct failure *failure)
{
	struct opened opened;
	int status = opener_open_host(&opened, failure);

	*verbs =
		(struct verbs){.tun = tun, .loopback = loopback, .rtnetlink = opened.host_requests};
	return status;
}

static int deed_do(struct deed *deed, const struct warden_request *request, size_t size)
{
	if (size < offsetof(struct warden_request, body) || request->verb >= WARDEN_VERBS)
		return deed_refuse(deed, "no such verb");
	deed->answer.serial = request->serial;
	if (size != offsetof(struct warden_request, body) + list[request->verb].size ||
	    deed->given_count < list[request->verb].least ||
	    deed->given_count > list[request->verb].most)
		return deed_refuse(deed, "not a whole request");
	deed->body = request->body;
	return list[request->verb].act(deed);
}

/* One request. False if the conversation is over. */
static bool verbs_answer(const struct verbs *verbs, int fd)
{
	struct deed deed = {.verbs = verbs, .made = -1};
	struct warden_request request;
	int size = parcel_receive(fd, &request, sizeof(request), deed.given, PARCEL_DESCRIPTORS,
				  &deed.given_count);
	int status;

	if (size <= 0 && size != -EMSGSIZE)
		return size == -EINTR;
	deed.answer.status = deed_do(&deed, &request, size < 0 ? 0 : (size_t)size);
	status = parcel_send(fd, &deed.answer, sizeof(deed.answer), &deed.made, deed.made >= 0);
	if (deed.made >= 0)
		close(deed.made);
	while (deed.given_count > 0)
		close(deed.given[--deed.given_count]);
	return status == 0;
}

void verbs_serve(const struct verbs *verbs, int fd)
{
	while (verbs_answer(verbs, fd))
		;
}

/* True if who is at the other end may ask. */
static bool asker_may(int fd, const struct account *account)
{
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t size = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
	       (who.uid == 0 || who.uid == account->uid);
}

static void asker_serve(const struct verbs *verbs, int fd, const struct account *account)
{
	const struct timeval patience = {.tv_usec = VERBS_PATIENCE_MS * 1000 - 1};

	if (asker_may(fd, account) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0)
		verbs_serve(verbs, fd);
	close(fd);
}

int verbs_listen(const struct verbs *verbs, int listener, const struct account *account)
{
	struct pollfd wait = {.fd = listener, .events = POLLIN};

	while (poll(&wait, 1, VERBS_IDLE_MS) > 0) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return -errno;
		asker_serve(verbs, fd, account);
	}
	return 0;
}
