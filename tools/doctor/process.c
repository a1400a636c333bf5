/* The daemon as a process. The kernel itself says who sent an answer over the control socket
 * (SO_PASSCRED, unix(7)): whoever listens there first may be systemd. /proc then shows its rights
 * to everybody. And the unit, as `systemctl show` has it. */
#include "tools/doctor/sources.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000 };

/* The sender of the answer to a question, 0 if there was none. */
static pid_t answer_sender(int fd)
{
	static const char question[] = "{\"method\":\"org.varlink.service.GetInfo\"}";
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct ucred sender = {.pid = 0};
	const struct cmsghdr *header;

	if (send(fd, question, sizeof(question), MSG_NOSIGNAL) != sizeof(question) ||
	    poll(&ready, 1, PATIENCE_MS) != 1 || recvmsg(fd, &message, MSG_DONTWAIT) != 1)
		return 0;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	return sender.pid;
}

static pid_t process_find(const char *socket_path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, on = 1;
	pid_t pid = 0;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return 0;
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		pid = answer_sender(fd);
	close(fd);
	return pid;
}

bool process_read(struct process_facts *process, const char *socket, uid_t *uid)
{
	char path[64], line[256];
	unsigned effective_uid;
	bool uid_read = false;
	FILE *file;

	process->pid = process_find(socket);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
	file = process->pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "Uid: %*u %u", &effective_uid) == 1) {
			*uid = effective_uid;
			uid_read = true;
		}
		process->read |= sscanf(line, "CapEff: %" SCNx64, &process->capabilities) == 1;
		sscanf(line, "NoNewPrivs: %d", &process->no_new_privileges);
		sscanf(line, "Seccomp: %d", &process->seccomp);
	}
	fclose(file);
	return uid_read;
}

/* A line NAME=value. */
static void property_take(const char *line, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	if (strncmp(line, name, length) == 0 && line[length] == '=')
		snprintf(value, size, "%s", line + length + 1);
}

void unit_read(struct unit_facts *unit)
{
	char line[256];
	FILE *said;

	/* sd_booted(3) */
	unit->systemd = access("/run/systemd/system/", F_OK) == 0;
	said = unit->systemd ? popen("systemctl show -p LoadState,ActiveState,Result,UnitFileState "
				     "meshpd.service 2>/dev/null",
				     "re")
			     : NULL;
	if (said == NULL)
		return;
	while (fgets(line, sizeof(line), said) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		property_take(line, "LoadState", unit->load, sizeof(unit->load));
		property_take(line, "ActiveState", unit->active, sizeof(unit->active));
		property_take(line, "Result", unit->result, sizeof(unit->result));
		property_take(line, "UnitFileState", unit->enabled, sizeof(unit->enabled));
	}
	pclose(said);
}
