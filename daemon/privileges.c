/* Who the daemon is after start. Rights go one way: nothing here, and nothing after it, can bring
 * one back. capabilities(7). */
#include "daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

int account_find(const char *user, struct account *account, struct failure *failure)
{
	const struct passwd *entry = user[0] != '\0' ? getpwnam(user) : getpwuid(geteuid());
	const struct group *group;

	if (entry == NULL && user[0] != '\0') {
		return failure_say(failure, -ENOENT,
				   "Daemon.User: there is no user '%s', make it with 'useradd "
				   "--system --user-group %s', or write Daemon.User= to stay the "
				   "user that starts meshpd",
				   user, user);
	}
	account->uid = entry != NULL ? entry->pw_uid : geteuid();
	account->gid = entry != NULL ? entry->pw_gid : getegid();
	snprintf(account->name, sizeof(account->name), "%s",
		 entry != NULL ? entry->pw_name : "of no name");
	group = user[0] == '\0' ? getgrnam("meshpd") : NULL;
	account->control_group = group != NULL ? group->gr_gid : account->gid;
	return 0;
}

int account_directory(const struct account *account, const char *path, mode_t mode,
		      struct failure *failure)
{
	if (mkdir(path, mode) != 0) {
		if (errno == EEXIST)
			return 0;
		return failure_say(failure, -errno,
				   "%s: cannot be made: %s, make it a directory of %s", path,
				   strerror(errno), account->name);
	}
	/* mkdir alone would let the umask take from the mode. */
	if (chmod(path, mode) == 0 &&
	    (account->uid == geteuid() || chown(path, account->uid, account->gid) == 0))
		return 0;
	return failure_say(failure, -errno, "%s: cannot be given to %s: %s", path, account->name,
			   strerror(errno));
}

/* Changes user and group, keeping permitted capabilities over it; nothing to do if we are it. */
static int become(const struct account *account, struct failure *failure)
{
	if (account->uid == geteuid() && account->uid == getuid())
		return 0;
	if (cap_setgroups(account->gid, 0, NULL) == 0 && cap_setuid(account->uid) == 0)
		return 0;
	return failure_say(failure, -errno,
			   "cannot become the user %s: %s, start as root or write Daemon.User=",
			   account->name, strerror(errno));
}

/* Leaves no capability, or CAP_NET_ADMIN alone if it is there at all. */
static int capabilities_reduce(bool network)
{
	static const cap_value_t kept[] = {CAP_NET_ADMIN};
	cap_t now = cap_get_proc();
	cap_t wanted = cap_init();
	cap_flag_value_t there = CAP_CLEAR;
	int status = now != NULL && wanted != NULL ? 0 : -1;

	if (status == 0)
		status = cap_get_flag(now, CAP_NET_ADMIN, CAP_PERMITTED, &there);
	if (status == 0 && network && there == CAP_SET)
		status = cap_set_flag(wanted, CAP_PERMITTED, 1, kept, CAP_SET) |
			 cap_set_flag(wanted, CAP_EFFECTIVE, 1, kept, CAP_SET);
	if (status == 0)
		status = cap_set_proc(wanted);
	if (status != 0)
		status = -errno;
	cap_free(now);
	cap_free(wanted);
	return status;
}

/* Empties the bounding set, so that no program we might execute gains a right. Only one who holds
 * CAP_SETPCAP can, and who does not has nothing to bound that no_new_privs does not. */
static void bounding_set_empty(void)
{
	for (cap_value_t right = 0; cap_get_bound(right) >= 0; right++)
		if (cap_drop_bound(right) != 0)
			return;
}

static int privileges_reduce(const struct account *account, bool network, struct failure *failure)
{
	int status;

	bounding_set_empty();
	cap_reset_ambient();
	status = become(account, failure);
	if (status != 0)
		return status;
	status = capabilities_reduce(network);
	if (status == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
			    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
		status = -errno;
	if (status == 0)
		return 0;
	return failure_say(failure, status, "rights cannot be dropped: %s", strerror(-status));
}

int privileges_drop(const struct account *account, struct failure *failure)
{
	return privileges_reduce(account, false, failure);
}

int privileges_keep_network(const struct account *account, struct failure *failure)
{
	return privileges_reduce(account, true, failure);
}
