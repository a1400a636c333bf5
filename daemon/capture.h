/* A capture: what the daemon shows to the one program that asked to see frames and, unless it wants
 * frames alone, what those of our own carry. The program brings the memory (memfd_create(2)) and
 * reads it while each thread of the daemon writes to a reel of its own there: no thread waits for
 * it, wakes it or makes a system call for it. docs/capture.md. */
#ifndef DAEMON_CAPTURE_H
#define DAEMON_CAPTURE_H

#include "daemon/failure.h"
#include "daemon/loop.h"
#include "link/link.h"
#include "meshp/eye.h"

struct mesh;

/* What is wanted of a capture. */
struct capture_wish {
	uint32_t snap; /* of a frame so many bytes at most */
	bool opened;   /* what frames carry, too */
};

/* Lives in the mesh; the fields are daemon/capture.c's own. */
struct capture {
	bool taken;  /* somebody captures */
	bool ending; /* nobody does any more, but a carrier may still be at it */
	void *memory;
	struct eye eyes[EYE_REELS];
	struct loop_source *look; /* whether all carriers have let go */
};

/* Begins one in memory that somebody gave, which stays theirs. 0; -EBUSY if there is one; -EINVAL
 * if the memory is none of ours, or could be made shorter; or -errno. */
MUST_USE int capture_begin(struct mesh *mesh, int memory, const struct capture_wish *wish);

/* Ends it. */
void capture_end(struct mesh *mesh);

/* Releases what is left of it when no carrier runs any more. */
void capture_close(struct mesh *mesh);

/* Sets the time of what follows. */
void capture_time(struct eye *eye);

/* Shows a frame that came in, or goes out, by the link in that slot. */
void capture_came(struct eye *eye, uint32_t slot, uint32_t ifindex,
		  const uint8_t destination[LINK_LLADDR], const uint8_t source[LINK_LLADDR],
		  struct span payload);
void capture_goes(struct eye *eye, uint32_t slot, const struct link_facts *facts,
		  const uint8_t destination[LINK_LLADDR], struct span payload);

#endif
