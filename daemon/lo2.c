/* meshpd-lo2: makes lo2 with the node's addresses, and the route that refuses packets for the mesh,
 * so that they are there before the daemon starts and after it stops. It reads the same
 * configuration as meshpd, makes the identity if there is none, and exits. */
#include "daemon/opener.h"
#include "daemon/options.h"
#include "daemon/privileges.h"
#include "daemon/state.h"

#include "crypto/identity.h"
#include "meshp/address.h"
#include "tun/loopback.h"

#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* The address of the identity in the state directory. 0 or -errno. */
static int own_address(const struct config *config, uint8_t address[16], struct failure *failure)
{
	uint8_t seed[IDENTITY_SEED];
	struct identity identity;
	struct address own;
	struct state state;
	int status = state_open(&state, config->state_directory, false, failure);

	if (status != 0)
		return status;
	status = state_identity(&state, seed, failure);
	state_close(&state);
	if (status != 0)
		return status;
	identity_of(&identity, seed);
	own = address_of_key(identity.public_key);
	memcpy(address, own.bytes, ADDRESS);
	sodium_memzero(&identity, sizeof(identity));
	sodium_memzero(seed, sizeof(seed));
	return 0;
}

static int make_loopback(const struct config *config, const struct opened *opened,
			 struct failure *failure)
{
	struct host host = {.tun = config->tun_name, .loopback = config->loopback_name};
	struct loopback result;
	char why[400];
	int status = own_address(config, host.address, failure);

	if (status != 0)
		return status;
	status = loopback_up(opened->host_requests, &host, &result, why, sizeof(why));
	if (status != 0)
		return failure_say(failure, status, "%s", why);
	if (strcmp(result.name, config->loopback_name) != 0)
		fprintf(stderr, "meshpd-lo2: this kernel cannot make %s, the addresses are on %s\n",
			config->loopback_name, result.name);
	return 0;
}

static int run(const struct config *config, const struct account *account, struct failure *failure)
{
	struct opened opened = OPENED_NONE;
	int status = account_directory(account, config->state_directory, 0700, failure);

	if (status == 0)
		status = opener_open_host(&opened, failure);
	if (status == 0)
		status = privileges_keep_network(account, failure);
	if (status == 0)
		status = make_loopback(config, &opened, failure);
	opener_close(&opened);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config;
	struct account account;
	struct failure failure;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
	if (!options_read(&options, argc, argv))
		return 2;
	if (options.wanted != WANTED_RUN || options.journal != NULL) {
		options_help(options.wanted == WANTED_HELP ? stdout : stderr, argv[0]);
		return options.wanted == WANTED_HELP ? 0 : 2;
	}
	if (sodium_init() < 0 || !config_load(&config, &options.source, stderr))
		return 2;
	if (account_find(config.user, &account, &failure) != 0) {
		fprintf(stderr, "meshpd-lo2: %s\n", failure.text);
		return 2;
	}
	if (run(&config, &account, &failure) == 0)
		return 0;
	fprintf(stderr, "meshpd-lo2: %s\n", failure.text);
	return 1;
}
