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
	PATIENCE_MS = 5000,
	ANSWER_MAX = 16 << 20, /* bytes */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static enum verdict failed(const char *path, int error)
{
	if (error == EACCES || error == EPERM) {
		fprintf(stderr,
			"meshctl: %s: not permitted, ask as root or as a member of its group\n",
			path);
		return VERDICT_DENIED;
	}
	if (error == ETIMEDOUT || error == EAGAIN) {
		fprintf(stderr, "meshctl: %s: meshpd does not answer\n", path);
		return VERDICT_TIMEOUT;
	}
	fprintf(stderr, "meshctl: %s: meshpd is not running there: %s\n", path, strerror(error));
	return VERDICT_ABSENT;
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

/* Sends the call and reads the reply's text, which is the caller's to free. 0, or an errno. */
static int exchange(int fd, const char *method, char **text)
{
	char call[128];
	int size = snprintf(call, sizeof(call), "{\"method\":\"%s\"}", method);
	size_t used;
	FILE *into = open_memstream(text, &used);
	int status = 0;

	if (into == NULL)
		return errno;
	if (send(fd, call, (size_t)size + 1, MSG_NOSIGNAL) != size + 1)
		status = errno;
	if (status == 0)
		status = answer_read(fd, into);
	fclose(into);
	return status;
}

static enum verdict answer_take(const char *text, json_t **answer)
{
	json_t *reply = json_loads(text, 0, NULL);
	const char *error = json_string_value(json_object_get(reply, "error"));
	json_t *parameters = json_object_get(reply, "parameters");

	if (error == NULL && json_is_object(parameters)) {
		*answer = json_incref(parameters);
		json_decref(reply);
		return VERDICT_YES;
	}
	fprintf(stderr, "meshctl: meshpd answers: %s\n", error != NULL ? error : "no JSON object");
	json_decref(reply);
	return VERDICT_NO;
}

enum verdict client_call(const char *socket, const char *method, json_t **answer)
{
	int fd = client_connect(socket);
	enum verdict verdict;
	char *text = NULL;
	int status;

	if (fd < 0)
		return failed(socket, -fd);
	status = exchange(fd, method, &text);
	close(fd);
	verdict = status == 0 ? answer_take(text, answer) : failed(socket, status);
	free(text);
	return verdict;
}
