/* The control socket's listening end. A socket that nobody answers at is a left-over and replaced;
 * anything else of that name is not ours to touch. unix(7). */
#include "daemon/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 }; /* who comes while the daemon is busy waits, rather than is turned away */

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

/* Takes over the socket the service manager may have opened. False if it did not. */
static bool listener_inherit(struct listener *listener, struct store *store)
{
	int fd = store_take(store, "io.meshpd");

	if (fd < 0)
		return false;
	listener->fd = fd;
	return store_listens(fd) && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

/* Makes way for a new socket: 0 if nothing of that name is left. */
static int path_clear(const char *path, struct failure *failure)
{
	struct sockaddr_un address = address_of(path);
	struct stat facts;
	int fd, status;

	if (lstat(path, &facts) != 0)
		return 0;
	if (!S_ISSOCK(facts.st_mode))
		return failure_say(failure, -EEXIST, "%s: is no socket, move it away", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failure_say(failure, -errno, "%s: %s", path, strerror(errno));
	status = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
	close(fd);
	if (status == ECONNREFUSED && (unlink(path) == 0 || errno == ENOENT))
		return 0;
	return failure_say(failure, -EADDRINUSE,
			   "%s: in use by another meshpd, give each one its own "
			   "Paths.ControlSocket",
			   path);
}

static int directory_make(const char *path, const struct account *account, struct failure *failure)
{
	char directory[PATH_MAX];
	int size = (int)(strrchr(path, '/') - path);

	if (size == 0)
		return 0;
	snprintf(directory, sizeof(directory), "%.*s", size, path);
	return account_directory(account, directory, 0755, failure);
}

static int socket_bind(const struct listener *listener, const struct account *account)
{
	struct sockaddr_un address = address_of(listener->path);
	mode_t before = umask(0177);
	int status = bind(listener->fd, (struct sockaddr *)&address, sizeof(address));

	umask(before);
	/* One who may not give it to the group still serves its own user. */
	if (status == 0 && account->control_group != getegid() &&
	    chown(listener->path, (uid_t)-1, account->control_group) != 0 && errno != EPERM)
		status = -1;
	if (status == 0)
		status = chmod(listener->path, 0660);
	if (status == 0)
		status = listen(listener->fd, BACKLOG);
	return status == 0 ? 0 : -errno;
}

int listener_open(struct listener *listener, struct store *store, const char *path,
		  const struct account *account, struct failure *failure)
{
	int status;

	*listener = (struct listener){.fd = -1, .path = path};
	if (listener_inherit(listener, store))
		return 0;
	status = directory_make(path, account, failure);
	if (status == 0)
		status = path_clear(path, failure);
	if (status != 0)
		return status;
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	status = listener->fd >= 0 ? socket_bind(listener, account) : -errno;
	if (status != 0)
		return failure_say(failure, status, "%s: cannot be made: %s", path,
				   strerror(-status));
	listener->made = true;
	return 0;
}

void listener_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	if (listener->made)
		unlinkat(AT_FDCWD, listener->path, 0);
	*listener = (struct listener){.fd = -1};
}
