/* The host's nftables ruleset as JSON, libnftables-json(5). libnftables ends the process where the
 * kernel has no netfilter, so that is asked first; and 1.0.6 leaves out of the JSON which devices a
 * chain of netdev stands at, so its text is asked for those. */
#include "tools/doctor/sources.h"

#include <netinet/in.h>

#include <errno.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int netfilter_there(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* What libnftables says to a command, good until the next one; NULL if it failed. */
static const char *nft_ask(struct nft_ctx *nft, bool json, const char *command)
{
	nft_ctx_output_set_flags(nft, json ? NFT_CTX_OUTPUT_JSON : 0);
	return nft_run_cmd_from_buffer(nft, command) == 0 ? nft_ctx_get_output_buffer(nft) : NULL;
}

/* The names between quotes up to the end of what is said of devices. */
static json_t *devices_of(const char *text)
{
	json_t *devices = json_array();
	const char *at = strstr(text, " device");
	const char *end = at != NULL ? strstr(at, " priority") : NULL;

	while (at != NULL && end != NULL && (at = strchr(at, '"')) != NULL && at < end) {
		size_t size = strcspn(at + 1, "\"");

		json_array_append_new(devices, json_stringn(at + 1, size));
		at += size + 2;
	}
	return devices;
}

/* Adds to a chain that hangs at devices which ones: dev, a list. */
static void devices_add(struct nft_ctx *nft, json_t *chain)
{
	const char *family = json_string_value(json_object_get(chain, "family"));
	const char *hook = json_string_value(json_object_get(chain, "hook"));
	const char *text;
	char command[256];

	if (hook == NULL || (strcmp(hook, "ingress") != 0 && strcmp(hook, "egress") != 0))
		return;
	snprintf(command, sizeof(command), "list chain %s %s %s", family,
		 json_string_value(json_object_get(chain, "table")),
		 json_string_value(json_object_get(chain, "name")));
	text = nft_ask(nft, false, command);
	if (text != NULL)
		json_object_set_new(chain, "dev", devices_of(text));
}

static json_t *ruleset_ask(struct nft_ctx *nft)
{
	const char *text = nft_ask(nft, true, "list ruleset");
	json_t *said = text != NULL ? json_loads(text, 0, NULL) : NULL, *entry;
	size_t i;

	json_array_foreach(json_object_get(said, "nftables"), i, entry)
	{
		json_t *chain = json_object_get(entry, "chain");

		if (chain != NULL)
			devices_add(nft, chain);
	}
	return said;
}

json_t *ruleset_read(enum presence *read)
{
	struct nft_ctx *nft;
	json_t *ruleset = NULL;

	*read = netfilter_there() == 0 ? PRESENCE_UNKNOWN : PRESENCE_NO;
	/* To anybody else the kernel does not tell. */
	if (*read == PRESENCE_NO || geteuid() != 0)
		return NULL;
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (nft == NULL)
		return NULL;
	if (nft_ctx_buffer_output(nft) == 0 && nft_ctx_buffer_error(nft) == 0)
		ruleset = ruleset_ask(nft);
	nft_ctx_free(nft);
	if (ruleset != NULL)
		*read = PRESENCE_YES;
	return ruleset;
}
