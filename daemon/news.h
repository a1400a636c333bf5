/* A node's notices as journal entries, and the line that systemctl status shows. */
#ifndef DAEMON_NEWS_H
#define DAEMON_NEWS_H

#include "daemon/mesh.h"

void news_tell(struct mesh *mesh, const struct notice *notice);

/* Tells the service manager how the mesh stands. */
void news_status(const struct mesh *mesh);

#endif
