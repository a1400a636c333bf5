/* A node's notices as messages, and the line that systemctl status shows. */
#ifndef DAEMON_NEWS_H
#define DAEMON_NEWS_H

#include "daemon/mesh.h"

void news_tell(struct mesh *mesh, const struct notice *notice);

/* Tells where the node comes from, if that is another process. */
void news_origin(const struct mesh *mesh);

/* Tells the service manager how the mesh stands. */
void news_status(const struct mesh *mesh);

#endif
