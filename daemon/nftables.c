/* nftables by libnftables, and its events by libnl. A table that others replaced by an older copy
 * of itself looks complete, so what tells our changes from theirs is who made them: each step ends
 * with a message that names the program. The invariant is that nothing of ours is named otherwise
 * than meshpd…. libnftables ends the process where the kernel has no netfilter; so that is asked
 * first. */
#include "daemon/nftables.h"

/* The kernel's headers give way to this one where it comes first. */
#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OURS "meshpd" /* how the names of our programs begin */

enum { EVENTS = 64 * 1024 }; /* more than the kernel puts into one message */

/* 0 or -errno where the kernel has no netfilter. */
static int netfilter_there(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The first of what nft says is wrong. */
static void explain(const char *said, char *why, size_t size)
{
	const char *error = strstr(said, "Error: ");

	error = error != NULL ? error + strlen("Error: ") : said;
	snprintf(why, size, "nftables: %.*s", (int)strcspn(error, "\n"), error);
}

/* Runs commands as one transaction. 0 or -errno. */
static int run(const char *commands, char *why, size_t size)
{
	struct nft_ctx *nft;
	int status = netfilter_there();

	if (status != 0) {
		snprintf(why, size, "nftables: %s", strerror(-status));
		return status;
	}
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (nft == NULL || nft_ctx_buffer_error(nft) != 0) {
		snprintf(why, size, "nftables: %s", strerror(ENOMEM));
		status = -ENOMEM;
	} else {
		errno = EIO;
		status = nft_run_cmd_from_buffer(nft, commands) == 0 ? 0 : -errno;
		if (status != 0)
			explain(nft_ctx_get_error_buffer(nft), why, size);
	}
	nft_ctx_free(nft);
	return status;
}

int nftables_apply(const struct firewall *firewall, char *why, size_t size)
{
	char *commands = NULL;
	size_t used;
	FILE *out;
	int status;

	if (!firewall_valid(firewall)) {
		snprintf(why, size, "nftables: not a firewall");
		return -EINVAL;
	}
	out = open_memstream(&commands, &used);
	if (out != NULL)
		firewall_write(firewall, out);
	if (out == NULL || fclose(out) != 0) {
		snprintf(why, size, "nftables: %s", strerror(ENOMEM));
		status = -ENOMEM;
	} else {
		status = run(commands, why, size);
	}
	free(commands);
	return status;
}

int nftables_remove(void)
{
	char why[400];

	return run("add table inet " FIREWALL_TABLE "\ndelete table inet " FIREWALL_TABLE "\n", why,
		   sizeof(why));
}

/* True if the message tells of something in our table that no packet changes. */
static bool tells_of_table(struct nlmsghdr *message)
{
	const struct nfgenmsg *header = nlmsg_data(message);
	const struct nlattr *name;

	switch (NFNL_MSG_TYPE(message->nlmsg_type)) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_DELTABLE:
	case NFT_MSG_NEWCHAIN:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_NEWRULE:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
	case NFT_MSG_DELOBJ:
		break;
	default:
		return false;
	}
	/* The attribute that names the table has the same number in all of them. */
	name = nlmsg_find_attr(message, sizeof(*header), NFTA_TABLE_NAME);
	return header->nfgen_family == NFPROTO_INET && name != NULL &&
	       nla_strcmp(name, FIREWALL_TABLE) == 0;
}

/* Takes in one message. True if with it ends a step of another program that touched our table. */
static bool take(struct nftables_watch *watch, struct nlmsghdr *message,
		 char program[NFTABLES_PROGRAM])
{
	const struct nlattr *name;
	char maker[NFTABLES_PROGRAM] = "?";
	bool touched = watch->touched;

	if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    !nlmsg_valid_hdr(message, sizeof(struct nfgenmsg)))
		return false;
	if (NFNL_MSG_TYPE(message->nlmsg_type) != NFT_MSG_NEWGEN) {
		watch->touched |= tells_of_table(message);
		return false;
	}
	name = nlmsg_find_attr(message, sizeof(struct nfgenmsg), NFTA_GEN_PROC_NAME);
	if (name != NULL)
		nla_strlcpy(maker, name, sizeof(maker));
	watch->touched = false;
	if (!touched || strncmp(maker, OURS, strlen(OURS)) == 0)
		return false;
	memcpy(program, maker, sizeof(maker));
	return true;
}

bool nftables_disturbed(struct nftables_watch *watch, char program[NFTABLES_PROGRAM])
{
	_Alignas(struct nlmsghdr) char block[EVENTS];
	bool disturbed = false;
	ssize_t size;

	while ((size = read(watch->fd, block, sizeof(block))) > 0) {
		struct nlmsghdr *message = (struct nlmsghdr *)block;

		for (int left = (int)size; nlmsg_ok(message, left);
		     message = nlmsg_next(message, &left))
			disturbed |= take(watch, message, program);
	}
	if (size == 0 || errno == EAGAIN)
		return disturbed;
	/* Some of what came was lost. */
	strcpy(program, "?");
	return true;
}
