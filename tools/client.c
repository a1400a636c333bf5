/* One question to the daemon. The connection lives for the question; the whole exchange has one
 * deadline, so that a daemon that hangs is told from one that is absent. */
#include "tools/client.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 7000,    /* a daemon that hangs is replaced within its watchdog's 5 s */
	ANSWER_MAX = 16 << 20, /* bytes */
	EVENT_MAX = 64 << 10,  /* bytes of one of many answers */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static enum verdict failure_judge(int error)
{
	if (error == EACCES || error == EPERM)
		return VERDICT_DENIED;
	return error == ETIMEDOUT || error == EAGAIN ? VERDICT_TIMEOUT : VERDICT_ABSENT;
}

static enum verdict failed(const char *path, int error)
{
	enum verdict verdict = failure_judge(error);

	if (verdict == VERDICT_DENIED)
		fprintf(stderr, "%s: %s: not permitted, ask as root or as a member of its group\n",
			program_invocation_short_name, path);
	else if (verdict == VERDICT_TIMEOUT)
		fprintf(stderr, "%s: %s: meshpd does not answer\n", program_invocation_short_name,
			path);
	else
		fprintf(stderr, "%s: %s: meshpd is not running there: %s\n",
			program_invocation_short_name, path, strerror(error));
	return verdict;
}

/* A connection, or -errno. */
static int client_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	int fd, status;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	status = -errno;
	close(fd);
	return status;
}

/* Reads to the first NUL. 0, or an errno. */
static int answer_read(int fd, FILE *into)
{
	int64_t deadline = now_ms() + PATIENCE_MS;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char block[16384];

	for (size_t total = 0; total < ANSWER_MAX;) {
		int64_t left = deadline - now_ms();
		ssize_t size;
		char *end;

		if (left <= 0 || poll(&ready, 1, (int)left) == 0)
			return ETIMEDOUT;
		size = recv(fd, block, sizeof(block), MSG_DONTWAIT);
		if (size <= 0)
			return size == 0 ? ECONNRESET : errno;
		end = memchr(block, '\0', (size_t)size);
		fwrite(block, 1, end != NULL ? (size_t)(end - block) : (size_t)size, into);
		if (end != NULL)
			return 0;
		total += (size_t)size;
	}
	return EMSGSIZE;
}

/* Sends a call and, unless that is -1, a descriptor along with it. 0, or an errno. */
static int call_send(int fd, const char *call, int given)
{
	_Alignas(struct cmsghdr) uint8_t room[CMSG_SPACE(sizeof(given))] = {0};
	struct iovec bytes = {.iov_base = (void *)(uintptr_t)call, .iov_len = strlen(call) + 1};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};

	if (given >= 0) {
		message.msg_control = room;
		message.msg_controllen = sizeof(room);
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(given));
		memcpy(CMSG_DATA(head), &given, sizeof(given));
	}
	ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (sent < 0)
		return errno;
	return (size_t)sent == bytes.iov_len ? 0 : ETIMEDOUT;
}

/* Sends the call and reads the reply's text, which is the caller's to free. 0, or an errno. */
static int exchange(int fd, const char *call, int given, char **text)
{
	size_t used;
	FILE *into = open_memstream(text, &used);
	int status;

	if (into == NULL)
		return errno;
	status = call_send(fd, call, given);
	if (status == 0)
		status = answer_read(fd, into);
	fclose(into);
	return status;
}

/* Errors, and what they say about what was named. */
static const struct {
	const char *error;
	const char *text;
	enum verdict verdict;
} errors[] = {
	{"io.meshpd.NoSuchNode", "no node known here has an id that begins so", VERDICT_NO},
	{"io.meshpd.Ambiguous", "several nodes have an id that begins so, write more digits",
	 VERDICT_NO},
	{"io.meshpd.Busy", "as many as may be are under way, try again", VERDICT_NO},
	{"org.varlink.service.PermissionDenied", "only root may do that", VERDICT_DENIED},
	{"org.varlink.service.InvalidParameter",
	 "neither an address of the mesh nor the first digits of a node id", VERDICT_USAGE},
};

/* Says why a call was refused. name is what it was about, or NULL. */
static enum verdict refused(const char *error, const char *name, const json_t *parameters)
{
	const char *reason = json_string_value(json_object_get(parameters, "reason"));

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].error, error) != 0)
			continue;
		fprintf(stderr, "%s: %s%s%s\n", program_invocation_short_name,
			name != NULL ? name : "", name != NULL ? ": " : "", errors[i].text);
		return errors[i].verdict;
	}
	if (strcmp(error, "io.meshpd.ConfigurationRefused") == 0 && reason != NULL) {
		fputs(reason, stderr);
		return VERDICT_NO;
	}
	if (strcmp(error, "io.meshpd.ExposureRefused") == 0 && reason != NULL) {
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, reason);
		return VERDICT_NO;
	}
	fprintf(stderr, "%s: meshpd answers: %s\n", program_invocation_short_name, error);
	return VERDICT_NO;
}

/* Takes the reply's parameters; name is what the call was about, or NULL. */
static enum verdict answer_take(const char *text, const char *name, json_t **answer)
{
	json_t *reply = json_loads(text, 0, NULL);
	const char *error = json_string_value(json_object_get(reply, "error"));
	json_t *parameters = json_object_get(reply, "parameters");
	enum verdict verdict = VERDICT_YES;

	if (error != NULL) {
		verdict = refused(error, name, parameters);
	} else if (json_is_object(parameters)) {
		*answer = json_incref(parameters);
	} else {
		fprintf(stderr, "%s: what answers there is not meshpd\n",
			program_invocation_short_name);
		verdict = VERDICT_ABSENT;
	}
	json_decref(reply);
	return verdict;
}

/* Makes a call that is a whole message; given: -1, or a descriptor; kept: NULL, or where the
 * connection is left if the answer is a yes. */
static enum verdict call_make(const char *socket, const json_t *call, int given, int *kept,
			      json_t **answer)
{
	const json_t *parameters = json_object_get(call, "parameters");
	const char *about = json_string_value(json_object_get(parameters, "address"));
	char *sent = json_dumps(call, JSON_COMPACT), *text = NULL;
	int fd = sent == NULL ? -ENOMEM : client_connect(socket);
	enum verdict verdict;
	int status;

	if (fd < 0) {
		free(sent);
		return failed(socket, -fd);
	}
	status = exchange(fd, sent, given, &text);
	verdict = status == 0 ? answer_take(text, about, answer) : failed(socket, status);
	if (kept != NULL && verdict == VERDICT_YES)
		*kept = fd;
	else
		close(fd);
	free(sent);
	free(text);
	return verdict;
}

enum verdict client_keep(const char *socket, const char *method, json_t *parameters, int given,
			 int *connection, json_t **answer)
{
	json_t *call = json_pack("{s:s, s:o*}", "method", method, "parameters", parameters);
	enum verdict verdict = call_make(socket, call, given, connection, answer);

	json_decref(call);
	return verdict;
}

enum verdict client_call(const char *socket, const char *method, json_t *parameters,
			 json_t **answer)
{
	return client_keep(socket, method, parameters, -1, NULL, answer);
}

enum verdict client_ask(const char *socket, const char *method, json_t **answer)
{
	json_t *call = json_pack("{s:s}", "method", method), *reply = NULL;
	char *sent = json_dumps(call, JSON_COMPACT), *text = NULL;
	int fd = sent == NULL ? -ENOMEM : client_connect(socket);
	int status = fd < 0 ? -fd : exchange(fd, sent, -1, &text);

	if (fd >= 0)
		close(fd);
	if (status == 0)
		reply = json_loads(text, 0, NULL);
	*answer = json_incref(json_object_get(reply, "parameters"));
	if (!json_is_object(*answer) || json_object_get(reply, "error") != NULL) {
		json_decref(*answer);
		*answer = NULL;
	}
	json_decref(reply);
	json_decref(call);
	free(sent);
	free(text);
	if (status != 0)
		return failure_judge(status);
	return *answer != NULL ? VERDICT_YES : VERDICT_NO;
}

/* Hands over what has come of whole answers, and keeps the rest. */
static enum verdict answers_take(char *text, size_t *used,
				 bool (*take)(void *owner, const json_t *answer), void *owner)
{
	enum verdict verdict = VERDICT_YES;
	char *end;

	while (verdict == VERDICT_YES && (end = memchr(text, '\0', *used)) != NULL) {
		json_t *answer = NULL;

		verdict = answer_take(text, NULL, &answer);
		if (verdict == VERDICT_YES && !take(owner, answer))
			verdict = VERDICT_NO;
		json_decref(answer);
		*used -= (size_t)(end + 1 - text);
		memmove(text, end + 1, *used);
	}
	return verdict;
}

/* Reads answers as long as they come. The first has to come soon. */
static enum verdict answers_read(const char *socket, int fd,
				 bool (*take)(void *owner, const json_t *answer), void *owner)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	enum verdict verdict = VERDICT_YES;
	char text[EVENT_MAX];
	size_t used = 0;
	int patience = PATIENCE_MS;

	while (verdict == VERDICT_YES) {
		ssize_t size = 0;

		if (poll(&ready, 1, patience) == 0)
			return failed(socket, ETIMEDOUT);
		size = recv(fd, text + used, sizeof(text) - used, 0);
		if (size <= 0)
			return failed(socket, size == 0 ? ECONNRESET : errno);
		used += (size_t)size;
		patience = memchr(text, '\0', used) != NULL ? -1 : patience;
		verdict = answers_take(text, &used, take, owner);
		if (used == sizeof(text))
			return failed(socket, EMSGSIZE);
	}
	return verdict;
}

enum verdict client_follow(const char *socket, const char *method,
			   bool (*take)(void *owner, const json_t *answer), void *owner)
{
	json_t *call = json_pack("{s:s, s:b}", "method", method, "more", true);
	char *sent = json_dumps(call, JSON_COMPACT);
	int fd = sent == NULL ? -ENOMEM : client_connect(socket);
	enum verdict verdict;

	json_decref(call);
	if (fd < 0) {
		verdict = failed(socket, -fd);
	} else if (send(fd, sent, strlen(sent) + 1, MSG_NOSIGNAL) < 0) {
		verdict = failed(socket, errno);
	} else {
		verdict = answers_read(socket, fd, take, owner);
	}
	if (fd >= 0)
		close(fd);
	free(sent);
	return verdict;
}
