/* The address is that of the identity; nothing else of it is needed, or kept. */
#include "daemon/loopback.h"

#include "crypto/identity.h"
#include "daemon/opener.h"
#include "daemon/state.h"
#include "meshp/address.h"
#include "tun/loopback.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

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

static int lo2_make(const struct config *config, int rtnetlink, const char *program,
		    struct failure *failure)
{
	struct host host = {.tun = config->tun_name, .loopback = config->loopback_name};
	struct loopback result;
	char why[400];
	int status = own_address(config, host.address, failure);

	if (status != 0)
		return status;
	status = loopback_up(rtnetlink, &host, &result, why, sizeof(why));
	if (status != 0)
		return failure_say(failure, status, "%s", why);
	if (strcmp(result.name, config->loopback_name) != 0)
		fprintf(stderr, "%s: this kernel cannot make %s, the addresses are on %s\n",
			program, config->loopback_name, result.name);
	return 0;
}

int loopback_make(const struct config *config, const struct account *account, const char *program,
		  struct failure *failure)
{
	struct opened opened;
	int status = opener_open_host(&opened, failure);

	if (status == 0)
		status = privileges_keep_network(account, failure);
	if (status == 0)
		status = lo2_make(config, opened.host_requests, program, failure);
	opener_close(&opened);
	return status;
}
