/* The service manager holds tun0 open as long as it keeps the descriptors: that is how a restart is
 * told from a first start. What serves one process alone is opened each time. */
#include "daemon/prepare.h"

#include "daemon/inherit.h"
#include "daemon/loopback.h"
#include "daemon/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { BARRIER_US = 5000000 }; /* for the service manager to take what it was given */

/* The service has a network of its own, with nothing in it, which is its programs' as well. */
static int network_join(struct failure *failure)
{
	int fd = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	int status = fd < 0 || setns(fd, CLONE_NEWNET) != 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return status == 0 ? 0
			   : failure_say(failure, status, "the network of PID 1: %s",
					 strerror(-status));
}

/* Opens all that a first daemon needs. */
static int descriptors_open(const struct config *config, struct opened *opened,
			    struct failure *failure)
{
	int status = opener_open(config, opener_carriers(config), opened, failure);

	if (status != 0)
		return status;
	inherit_forget();
	status = inherit_keep(opened);
	return status == 0 ? 0
			   : failure_say(failure, status, "descriptors cannot be kept: %s",
					 strerror(-status));
}

/* Its table is of one process; the kernel goes on with another, so it is loaded anew. */
static void bypass_keep(const struct config *config, int generic, struct log *log)
{
	struct bypass *bypass = NULL;
	char why[400];

	if (config_bypass(config) && bypass_open(&bypass, generic, why, sizeof(why)) != 0)
		log_tell(log, MESSAGE_NO_BYPASS, WORDS(why));
	inherit_keep_bypass(bypass);
	bypass_close(bypass);
}

static int descriptors_keep(const struct config *config, struct log *log, struct failure *failure)
{
	struct opened opened = OPENED_NONE;
	int status = 0;

	if (tun_is_held("1", config->tun_name))
		opener_open_express(&opened);
	else
		status = descriptors_open(config, &opened, failure);
	if (status == 0) {
		inherit_keep_express(&opened);
		bypass_keep(config, opened.interface_facts, log);
	}
	if (status == 0 && sd_notify_barrier(0, BARRIER_US) <= 0)
		status = failure_say(failure, -ETIMEDOUT,
				     "the service manager does not take descriptors");
	opener_close(&opened);
	return status;
}

int prepare(const struct config *config, const struct account *account, struct log *log,
	    struct failure *failure)
{
	int status = network_join(failure);

	if (status == 0)
		status = account_directory(account, config->state_directory, 0700, failure);
	if (status == 0)
		status = descriptors_keep(config, log, failure);
	if (status == 0)
		status = loopback_make(config, account, "meshpd-warden", failure);
	return status;
}
