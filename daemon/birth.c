/* A node begins anew with an epoch and keys of its own, or goes on where its memory says it is.
 * What decides between the two is the vault's to judge first, and node_adopt's then. */
#include "daemon/birth.h"

#include <sodium.h>
#include <string.h>

static struct node_limits limits_of(const struct opened *opened)
{
	struct node_limits limits = NODE_LIMITS_DAEMON;

	limits.workers = opened->carriers;
	return limits;
}

static uint8_t suites_allowed(const struct config *config)
{
	uint8_t suites = 0;

	if (config->suites & CONFIG_CHACHA20_POLY1305)
		suites |= SUITE_BIT(SUITE_CHACHA20_POLY1305);
	if (config->suites & CONFIG_AES_256_GCM)
		suites |= SUITE_BIT(SUITE_AES_256_GCM);
	return suites & aead_suites();
}

struct node_settings birth_settings(const struct config *config)
{
	return (struct node_settings){.zone = config->zone,
				      .suites = suites_allowed(config),
				      .rekey = config->rekey,
				      .no_transit = !config->transit};
}

int birth_memory(struct vault *vault, struct store *store, const struct config *config,
		 const struct opened *opened, struct failure *failure)
{
	struct {
		struct node_limits limits;
		uint32_t zone;
	} terms;

	memset(&terms, 0, sizeof(terms));
	terms.limits = limits_of(opened);
	terms.zone = config->zone;
	return vault_open(vault, store, node_size(&terms.limits),
			  (struct span){(const uint8_t *)&terms, sizeof(terms)}, failure);
}

/* Makes a node from nothing but the identity and a new epoch, which is on the disk before there is
 * a node that could send a frame. */
static int node_make(struct mesh *mesh, struct journal_head *from, struct failure *failure)
{
	struct node_secrets *secrets = &from->secrets;
	int status = state_epoch_next(mesh->parts.state, &from->settings.boot_epoch, failure);

	if (status != 0)
		return status;
	randombytes_buf(secrets->session_secret, sizeof(secrets->session_secret));
	randombytes_buf(secrets->random_seed, sizeof(secrets->random_seed));
	recorder_head(mesh->parts.recorder, from);
	mesh->node =
		node_init(vault_memory(mesh->parts.vault), &from->limits, secrets, &from->settings);
	*vault_key_made(mesh->parts.vault) = mesh->started;
	return 0;
}

/* Goes on with the node another process left, unless it is of another configuration or a journal is
 * wanted, which begins with its node. */
static void node_take(struct mesh *mesh, const struct journal_head *from)
{
	struct vault *vault = mesh->parts.vault;

	if (vault->origin != VAULT_ADOPTED)
		return;
	if (mesh->parts.recorder->fd < 0)
		mesh->node = node_adopt(vault_memory(vault), &from->limits, &from->secrets,
					from->settings.zone);
	if (mesh->node == NULL)
		vault_clear(vault, VAULT_OTHER);
}

int birth_node(struct mesh *mesh, const uint8_t network_key[32], struct failure *failure)
{
	struct journal_head from = {
		.limits = limits_of(mesh->parts.opened),
		.settings = birth_settings(mesh->parts.config),
	};
	int status = state_identity(mesh->parts.state, from.secrets.identity_seed, failure);

	mesh->suites = from.settings.suites;
	if (status == 0) {
		memcpy(from.secrets.network_key, network_key, sizeof(from.secrets.network_key));
		node_take(mesh, &from);
		if (mesh->node == NULL)
			status = node_make(mesh, &from, failure);
	}
	sodium_memzero(&from, sizeof(from));
	if (status == 0) {
		mesh->provided = ipsec_mb_start(&mesh->provider);
		node_provide(mesh->node, mesh->provided ? &mesh->provider : NULL);
	}
	return status;
}
