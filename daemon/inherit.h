/* Descriptors of the network as they pass from one process to the next by the service manager's
 * store. What one of the names below stands for is what daemon/opener opens. */
#ifndef DAEMON_INHERIT_H
#define DAEMON_INHERIT_H

#include "daemon/opener.h"
#include "daemon/store.h"
#include "link/bypass.h"

/* Takes what was handed over, if it is all there is to have for so many carriers: `tun`, `packet`
 * and `ring`, the control loop's; `tun.1`, `packet.1`, `ring.1` … those of the others by number;
 * `steering`, `link-requests`, `link-events`, `radio`, `facts` and `host-events`, and as many
 * `express` as there are, and `firewall-events` where the kernel has netfilter. What answers wait
 * in them is thrown away. False if something is missing; opener_close is due in either case. */
MUST_USE bool inherit_take(struct store *store, uint32_t carriers, struct opened *opened);

/* For how many carriers descriptors were handed over. */
MUST_USE uint32_t inherit_carriers(const struct store *store);

/* Has the service manager keep all of it but `express`, which serve one process alone. 0 or -errno.
 */
MUST_USE int inherit_keep(const struct opened *opened);

/* Has it keep these instead of those it had for the process before. */
void inherit_keep_express(const struct opened *opened);

/* The relay in the kernel, loaded and not used: its descriptors, the caller's, or false; and for
 * the service manager to keep, NULL for none. */
MUST_USE bool inherit_take_bypass(struct store *store, int parts[BYPASS_PARTS]);
void inherit_keep_bypass(const struct bypass *bypass);

/* Has it forget whatever inherit_keep ever gave it. */
void inherit_forget(void);

#endif
