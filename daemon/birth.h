/* How a mesh comes by its node: what it is made of, and whether it is made or adopted. */
#ifndef DAEMON_BIRTH_H
#define DAEMON_BIRTH_H

#include "daemon/mesh.h"

/* How the node behaves by the configuration; its epoch is the caller's to add. */
struct node_settings birth_settings(const struct config *config);

/* Opens the memory of the node that these make. Needs rights, see vault_open. 0 or -errno. */
MUST_USE int birth_memory(struct vault *vault, struct store *store, const struct config *config,
			  const struct opened *opened, struct failure *failure);

/* Gives a mesh that has its parts its node: the one that lies in the vault, if it is of this
 * identity and network key, else a new one. 0 or -errno. */
MUST_USE int birth_node(struct mesh *mesh, const uint8_t network_key[32], struct failure *failure);

#endif
