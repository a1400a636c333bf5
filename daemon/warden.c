/* The asking side. An answer that came too late is known by its serial and thrown away. */
#include "daemon/warden.h"

#include "daemon/filter.h"
#include "daemon/parcel.h"
#include "daemon/verbs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The life of the child. Signals are meant for the daemon, which still needs its warden in order to
 * end well. */
static _Noreturn void child_live(int fd, const struct account *account, const char *tun,
				 const char *loopback)
{
	struct failure failure;
	struct verbs verbs;

	prctl(PR_SET_NAME, "meshpd-warden", 0, 0, 0);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	/* A descriptor of tun0 kept here would keep tun0, and one of the state its lock. */
	if (dup2(fd, STDERR_FILENO + 1) >= 0 && close_range(STDERR_FILENO + 2, ~0U, 0) == 0 &&
	    verbs_open(&verbs, tun, loopback, &failure) == 0 &&
	    privileges_keep_network(account, &failure) == 0 && filter_install_warden(&failure) == 0)
		verbs_serve(&verbs, STDERR_FILENO + 1);
	_exit(0);
}

static int warden_fork(struct warden *warden, const struct account *account, const char *tun,
		       const char *loopback, struct failure *failure)
{
	int ends[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return failure_say(failure, -errno, "warden: %s", strerror(errno));
	signal(SIGCHLD, SIG_IGN); /* nobody waits for it */
	child = fork();
	if (child == 0)
		child_live(ends[1], account, tun, loopback);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return failure_say(failure, -errno, "warden: %s", strerror(errno));
	}
	warden->fd = ends[0];
	return 0;
}

bool warden_is_served(void)
{
	return getenv("MESHPD_WARDEN") != NULL;
}

int warden_open(struct warden *warden, const struct account *account, const char *tun,
		const char *loopback, struct failure *failure)
{
	*warden = (struct warden){.path = getenv("MESHPD_WARDEN"), .fd = -1};
	return warden->path != NULL ? 0 : warden_fork(warden, account, tun, loopback, failure);
}

/* Begins a conversation with one that is served. 0 or -errno. */
static int warden_connect(struct warden *warden)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(warden->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, warden->path);
	warden->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (warden->fd < 0)
		return -errno;
	return connect(warden->fd, (const struct sockaddr *)&address, sizeof(address)) == 0
		       ? 0
		       : -errno;
}

void warden_close(struct warden *warden)
{
	if (warden->fd >= 0)
		close(warden->fd);
	warden->fd = -1;
}

/* The next answer that waits. 1, 0 if it is to an earlier request, or -errno. */
static int answer_take(const struct warden *warden, const struct warden_freight *freight,
		       struct warden_answer *answer)
{
	uint32_t count;
	int size = parcel_receive(warden->fd, answer, sizeof(*answer), freight->received,
				  freight->received_count, &count);

	if (size < 0 && size != -EMSGSIZE)
		return size;
	if (size == 0)
		return -EPIPE;
	if (size == sizeof(*answer) && answer->serial == warden->serial &&
	    count == (answer->status == 0 ? freight->received_count : 0))
		return 1;
	while (count > 0)
		close(freight->received[--count]);
	return 0;
}

/* Waits for the answer to what was asked last. 0 or -errno. */
static int answer_await(const struct warden *warden, const struct warden_freight *freight,
			struct warden_answer *answer)
{
	struct pollfd wait = {.fd = warden->fd, .events = POLLIN};
	int status = 0;

	while (status == 0) {
		if (poll(&wait, 1, WARDEN_PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
		status = answer_take(warden, freight, answer);
	}
	return status < 0 ? status : 0;
}

int warden_ask(struct warden *warden, enum warden_verb verb, const void *body, size_t size,
	       const struct warden_freight *freight, struct warden_answer *answer)
{
	struct warden_request request = {.verb = verb, .serial = ++warden->serial};
	int status = warden->path != NULL ? warden_connect(warden) : 0;

	REQUIRE(size <= sizeof(request.body));
	if (size > 0)
		memcpy(request.body, body, size);
	if (status == 0)
		status = parcel_send(warden->fd, &request,
				     offsetof(struct warden_request, body) + size, freight->sent,
				     freight->sent_count);
	if (status == 0)
		status = answer_await(warden, freight, answer);
	if (warden->path != NULL)
		warden_close(warden);
	if (status == 0)
		return answer->status;
	snprintf(answer->line, sizeof(answer->line),
		 "the part of meshpd that has rights does not answer (%s), start meshpd again",
		 strerrordesc_np(-status));
	return status;
}

/* Asks for what host says. */
static int host_ask(struct warden *warden, enum warden_verb verb, const struct host *host,
		    struct warden_answer *answer)
{
	struct warden_host wanted = {.mtu = host->mtu};

	memcpy(wanted.address, host->address, sizeof(wanted.address));
	return warden_ask(warden, verb, &wanted, sizeof(wanted), &(struct warden_freight){0},
			  answer);
}

int warden_host(struct warden *warden, const struct host *host, struct loopback *result, char *why,
		size_t size)
{
	struct warden_answer answer;
	int status = host_ask(warden, WARDEN_HOST, host, &answer);

	if (status == 0)
		*result = answer.loopback;
	else
		snprintf(why, size, "%s", answer.line);
	return status;
}

int warden_leave(struct warden *warden, const struct host *host)
{
	struct warden_answer answer;

	return host_ask(warden, WARDEN_LEAVE, host, &answer);
}

int warden_device(struct warden *warden, const int *queues, uint32_t count, char *why, size_t size)
{
	const struct warden_freight freight = {.sent = queues, .sent_count = count};
	struct warden_answer answer;
	int status = warden_ask(warden, WARDEN_DEVICE, NULL, 0, &freight, &answer);

	if (status != 0)
		snprintf(why, size, "%s", answer.line);
	return status;
}

int warden_firewall(struct warden *warden, const struct firewall *firewall, char *why, size_t size)
{
	struct warden_answer answer;
	int status = warden_ask(warden, WARDEN_FIREWALL, firewall, sizeof(*firewall),
				&(struct warden_freight){0}, &answer);

	if (status != 0)
		snprintf(why, size, "%s", answer.line);
	return status;
}

int warden_no_firewall(struct warden *warden)
{
	struct warden_answer answer;

	return warden_ask(warden, WARDEN_NO_FIREWALL, NULL, 0, &(struct warden_freight){0},
			  &answer);
}

int warden_bypass(struct warden *warden, int program, uint32_t ifindex, bool native)
{
	struct warden_bypass wanted = {.ifindex = ifindex, .native = native};
	struct warden_answer answer;
	int link;
	const struct warden_freight freight = {
		.sent = &program, .sent_count = 1, .received = &link, .received_count = 1};
	int status = warden_ask(warden, WARDEN_BYPASS, &wanted, sizeof(wanted), &freight, &answer);

	return status == 0 ? link : status;
}
