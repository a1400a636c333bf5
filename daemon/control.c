/* The clients of the control socket. A client is either being read from or being written to, never
 * both: while a reply is on its way nothing more is answered, so what one client can occupy is one
 * call and one reply. What comes next in its buffer is answered at the next turn. Who waits for a
 * trace or captures is read from meanwhile, to see that it goes; its buffer full, it is cut off.
 * Who watches is sent one event after another; he may be as slow as he likes, and misses what he is
 * too slow for. A client may send a descriptor along (unix(7), SCM_RIGHTS): the last one is kept
 * until it goes. */
#include "daemon/control.h"

#include "daemon/methods.h"
#include "daemon/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 5 }; /* for the rest of a call or for a reply to be taken */

struct client {
	struct control *control;
	struct loop_source *source;
	int fd;	      /* -1: a free place */
	size_t used;  /* bytes of input */
	char *output; /* a reply under way, or NULL */
	size_t output_size, output_sent;
	bool ending; /* closed when the reply is out */
	bool capturing;
	int given;    /* a descriptor it sent, or -1 */
	bool tracing; /* its reply comes when a trace has ended */
	uint32_t trace;
	bool watching; /* replies come for ever, those of the stream from its place on */
	uint64_t place;
	instant since; /* when this call or this reply began, or the client came */
	char input[VARLINK_CALL];
};

struct control {
	struct mesh *mesh;
	struct deeds *deeds;
	struct loop *loop;
	struct monitor *monitor;
	int listener;
	struct loop_source *source;
	struct loop_source *impatience;
	struct client clients[CONTROL_CLIENTS];
};

static void client_close(struct client *client)
{
	if (client->fd < 0)
		return;
	loop_forget(client->source);
	close(client->fd);
	free(client->output);
	client->output = NULL;
	client->used = 0;
	client->ending = false;
	client->tracing = false;
	if (client->watching)
		monitor_leave(client->control->monitor);
	client->watching = false;
	client->fd = -1;
	if (client->given >= 0)
		close(client->given);
	client->given = -1;
	if (client->capturing)
		capture_end(client->control->mesh);
	client->capturing = false;
}

/* True if a reply is on its way or to come, so that nothing more is taken in. */
static bool client_busy(const struct client *client)
{
	return client->output != NULL || client->tracing || client->watching;
}

/* Begins to send what was made its output. Without memory for that the client is cut off. */
static void client_send(struct client *client)
{
	client->output_sent = 0;
	client->since = loop_now();
	if (client->output == NULL)
		client_close(client);
	else
		loop_wish(client->source, LOOP_WRITE);
}

/* Begins to send a reply, which it takes over. */
static void client_reply(struct client *client, json_t *reply)
{
	client->output = varlink_text(reply, &client->output_size);
	client_send(client);
}

/* Sends the next event to who watches and has taken the one before. */
static void client_stream(struct client *client)
{
	client->output =
		monitor_next(client->control->monitor, &client->place, &client->output_size);
	if (client->output != NULL)
		client_send(client);
	else
		loop_wish(client->source, LOOP_READ);
}

static void client_watch(struct client *client)
{
	client->watching = true;
	client->output =
		monitor_join(client->control->monitor, &client->place, &client->output_size);
	client_send(client);
}

static void events_fresh(void *owner)
{
	struct control *control = owner;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].watching && control->clients[i].output == NULL)
			client_stream(&control->clients[i]);
}

static void client_refuse(struct client *client, const char *reason)
{
	client->ending = true;
	client_reply(client, methods_malformed(reason));
}

/* The number of a trace that nobody waits for; TRACES if there is none. One whose client went is
 * begun anew for another. */
static uint32_t trace_free(const struct control *control)
{
	uint32_t number = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS && number < TRACES;) {
		const struct client *client = &control->clients[i++];

		if (!client->tracing || client->trace != number)
			continue;
		number++;
		i = 0;
	}
	return number;
}

/* Begins a trace, whose end is the reply. */
static void client_trace(struct client *client, const struct trace_wish *wish)
{
	uint32_t number = trace_free(client->control);

	if (number == TRACES) {
		client_reply(client, methods_busy());
		return;
	}
	client->tracing = true;
	client->trace = number;
	client->since = loop_now();
	mesh_trace(client->control->mesh, number, wish->lane, &wish->to);
}

static void trace_ended(void *owner, uint32_t number)
{
	struct control *control = owner;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (!client->tracing || client->trace != number)
			continue;
		client->tracing = false;
		client_reply(client, varlink_reply(trace_view(control->mesh, number)));
	}
}

/* Who connected; nobody, if that is not known. */
static uid_t client_user(const struct client *client)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return (uid_t)-1;
	return peer.uid;
}

/* Begins a capture in the memory that came along; it lasts until the client goes. */
static json_t *client_capture(struct client *client, const struct varlink_call *call)
{
	const json_t *snap = json_object_get(call->parameters, "snaplen");
	struct capture_wish wish = {
		.snap = UINT32_MAX,
		.opened = !json_is_true(json_object_get(call->parameters, "sealed")),
	};
	int status;

	if (client_user(client) != 0)
		return methods_denied();
	if (json_is_integer(snap) && json_integer_value(snap) < UINT32_MAX)
		wish.snap = json_integer_value(snap) > 0 ? (uint32_t)json_integer_value(snap) : 0;
	status = capture_begin(client->control->mesh, client->given, &wish);
	if (status == -EBUSY)
		return methods_busy();
	if (status != 0)
		return methods_malformed(strerror(-status));
	client->capturing = true;
	return varlink_reply(json_pack("{s:i, s:i}", "schema", 1, "format", EYE_FORMAT));
}

static void client_call(struct client *client, const struct varlink_call *call)
{
	struct methods_later later = {.monitor = false};
	json_t *reply = NULL;

	if (deeds_hold(call->method))
		reply = deeds_answer(client->control->deeds, call, client_user(client));
	else if (strcmp(call->method, METHOD_CAPTURE) == 0)
		reply = client_capture(client, call);
	else if (!call->oneway)
		reply = methods_answer(client->control->mesh, call, &later);
	if (call->oneway)
		json_decref(reply);
	else if (later.trace.wanted)
		client_trace(client, &later.trace);
	else if (later.monitor)
		client_watch(client);
	else
		client_reply(client, reply);
}

/* Takes the first call out of the input and answers it. False if there is no whole one. */
static bool client_answer_one(struct client *client)
{
	char *end = memchr(client->input, '\0', client->used);
	struct varlink_call call;
	size_t size;

	if (end == NULL)
		return false;
	size = (size_t)(end - client->input);
	if (!varlink_read(&call, client->input, size)) {
		client_refuse(client, "not a Varlink call");
		return true;
	}
	client->used -= size + 1;
	memmove(client->input, end + 1, client->used);
	client_call(client, &call);
	varlink_forget(&call);
	return true;
}

/* Answers what is in the input up to the first call that gets a reply. */
static void client_answer(struct client *client)
{
	while (client->fd >= 0 && !client_busy(client))
		if (!client_answer_one(client))
			break;
	if (client->fd >= 0 && !client_busy(client) && client->used == sizeof(client->input))
		client_refuse(client, "a call has at most 64 KiB");
}

static bool try_later(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* Reads on, and keeps a descriptor that came along from root; nobody else's is taken, for even to
 * close it may take as long as somebody likes. As read(2). */
static ssize_t client_receive(struct client *client)
{
	struct iovec into = {.iov_base = client->input + client->used,
			     .iov_len = sizeof(client->input) - client->used};
	_Alignas(struct cmsghdr) uint8_t room[CMSG_SPACE(sizeof(int))];
	/* Room for one alone: CMSG_SPACE has some for a second, which nobody would close. */
	struct msghdr message = {
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = client_user(client) == 0 ? CMSG_LEN(sizeof(int)) : 0,
	};
	ssize_t size = recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = size >= 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return size;
	if (client->given >= 0)
		close(client->given);
	memcpy(&client->given, CMSG_DATA(head), sizeof(int));
	return size;
}

static void client_read(struct client *client)
{
	ssize_t size = client_receive(client);

	if (size > 0) {
		if (client->used == 0)
			client->since = loop_now();
		client->used += (size_t)size;
		client_answer(client);
	} else if (size == 0 || !try_later()) {
		client_close(client);
	}
}

static void client_write(struct client *client)
{
	ssize_t size = write(client->fd, client->output + client->output_sent,
			     client->output_size - client->output_sent);

	if (size < 0) {
		if (!try_later())
			client_close(client);
		return;
	}
	client->output_sent += (size_t)size;
	if (client->output_sent < client->output_size)
		return;
	free(client->output);
	client->output = NULL;
	if (client->ending) {
		client_close(client);
		return;
	}
	if (client->watching) {
		client_stream(client);
		return;
	}
	loop_wish(client->source, LOOP_READ);
	client_answer(client);
}

static void client_ready(void *owner)
{
	struct client *client = owner;

	if (client->output != NULL)
		client_write(client);
	else
		client_read(client);
}

static bool client_waited_for(const struct client *client)
{
	return client->fd >= 0 && !client->tracing && !client->watching &&
	       (client->used > 0 || client->output != NULL);
}

static bool clients_any(const struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			return true;
	return false;
}

/* Cuts off who was waited for too long, and comes back as long as anybody is there. */
static void patience_ends(void *owner)
{
	struct control *control = owner;
	instant now = loop_now();

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (client_waited_for(client) &&
		    instant_since(now, client->since).us >= duration_s(PATIENCE_S).us)
			client_close(client);
	}
	if (clients_any(control))
		loop_timer_set(control->impatience, instant_after(now, duration_s(1)));
}

/* A free place, or that of the client that is idle longest, but for who captures. */
static struct client *client_place(struct control *control)
{
	struct client *idlest = NULL;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (client->fd < 0)
			return client;
		if (!client->capturing && (idlest == NULL || client->since.us < idlest->since.us))
			idlest = client;
	}
	REQUIRE(idlest != NULL); /* one captures at most */
	client_close(idlest);
	return idlest;
}

static void client_comes(void *owner)
{
	struct control *control = owner;
	int fd = accept4(control->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *client;

	if (fd < 0)
		return;
	if (!clients_any(control))
		loop_timer_set(control->impatience, instant_after(loop_now(), duration_s(1)));
	client = client_place(control);
	client->control = control;
	client->fd = fd;
	client->since = loop_now();
	if (loop_watch(control->loop, fd, LOOP_READ, client_ready, client, &client->source) == 0)
		return;
	close(fd);
	client->fd = -1;
}

int control_open(struct control **result, int listener, struct mesh *mesh, struct deeds *deeds)
{
	struct control *control = calloc(1, sizeof(*control));
	int status;

	if (control == NULL)
		return -ENOMEM;
	control->mesh = mesh;
	control->deeds = deeds;
	mesh->traced = trace_ended;
	mesh->traced_owner = control;
	control->loop = mesh->parts.loop;
	control->listener = listener;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i].fd = control->clients[i].given = -1;
	status = monitor_open(&control->monitor, mesh, events_fresh, control);
	if (status == 0)
		status = loop_timer(control->loop, patience_ends, control, &control->impatience);
	if (status == 0)
		status = loop_watch(control->loop, listener, LOOP_READ, client_comes, control,
				    &control->source);
	if (status != 0) {
		control_close(control);
		return status;
	}
	*result = control;
	return 0;
}

void control_close(struct control *control)
{
	if (control == NULL)
		return;
	control->mesh->traced = NULL;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		client_close(&control->clients[i]);
	monitor_close(control->monitor);
	loop_forget(control->impatience);
	loop_forget(control->source);
	free(control);
}
