/* Who gave the memory is root, yet it is looked at before it is used: memory that is made shorter
 * under a process ends it (SIGBUS). It is unmapped when every carrier has said that it let go. */
#include "daemon/capture.h"

#include "daemon/carriers.h"
#include "daemon/mesh.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { LOOK_MS = 5 };

_Static_assert((int)EYE_REELS >= 1 + (int)WORKERS_MOST, "a reel for each thread");
_Static_assert((int)EYE_OPENED_PLACE >= (int)LINKS_DAEMON, "a counter for each link");
_Static_assert((int)EYE_RECORD >= (int)ETHERNET_FRAME_MAX + 64, "room for each frame");

/* True if it has the size it should have, for as long as we want. */
static bool memory_is_good(int memory)
{
	struct stat facts;
	int seals = fcntl(memory, F_GET_SEALS);

	return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat(memory, &facts) == 0 &&
	       facts.st_size >= (off_t)EYE_MEMORY;
}

/* Gives each thread its eye, or takes it away again. */
static void eyes_deal(struct mesh *mesh, bool given)
{
	struct eye *eyes = mesh->capture.eyes;

	mesh->eye = given ? &eyes[0] : NULL;
	mesh->outbox->eye = mesh->eye;
	carriers_eye(mesh, given ? &eyes[1] : NULL);
}

static void capture_release(struct capture *capture)
{
	if (capture->memory != NULL)
		munmap(capture->memory, EYE_MEMORY);
	capture->memory = NULL;
	capture->ending = false;
}

static void look_due(void *owner)
{
	struct mesh *mesh = owner;

	if (!mesh->capture.ending)
		return;
	if (carriers_settled(mesh))
		capture_release(&mesh->capture);
	else
		loop_timer_set(mesh->capture.look, instant_after(loop_now(), duration_ms(LOOK_MS)));
}

int capture_begin(struct mesh *mesh, int memory, const struct capture_wish *wish)
{
	struct capture *capture = &mesh->capture;

	look_due(mesh);
	if (capture->taken || capture->ending)
		return -EBUSY;
	if (!memory_is_good(memory))
		return -EINVAL;
	if (capture->look == NULL) {
		int status = loop_timer(mesh->parts.loop, look_due, mesh, &capture->look);
		if (status != 0)
			return status;
	}
	void *mapped = mmap(NULL, EYE_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	capture->memory = mapped;
	capture->taken = true;
	for (uint32_t i = 0; i < EYE_REELS; i++)
		capture->eyes[i] = (struct eye){.reel = eye_reel(mapped, i),
						.snap = wish->snap,
						.opened = wish->opened,
						.ethertype = mesh->parts.config->ethertype};
	eyes_deal(mesh, true);
	return 0;
}

void capture_end(struct mesh *mesh)
{
	struct capture *capture = &mesh->capture;

	if (!capture->taken)
		return;
	eyes_deal(mesh, false);
	capture->taken = false;
	capture->ending = true;
	look_due(mesh);
}

void capture_close(struct mesh *mesh)
{
	loop_forget(mesh->capture.look);
	mesh->capture.look = NULL;
	capture_release(&mesh->capture);
}

void capture_time(struct eye *eye)
{
	struct timespec now;

	REQUIRE(clock_gettime(CLOCK_REALTIME, &now) == 0);
	eye->time_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void capture_came(struct eye *eye, uint32_t slot, uint32_t ifindex,
		  const uint8_t destination[LINK_LLADDR], const uint8_t source[LINK_LLADDR],
		  struct span payload)
{
	capture_time(eye);
	eye_frame(eye, &(struct eye_frame){.place = (uint8_t)slot,
					   .ifindex = ifindex,
					   .destination = destination,
					   .source = source,
					   .payload = payload});
}

void capture_goes(struct eye *eye, uint32_t slot, const struct link_facts *facts,
		  const uint8_t destination[LINK_LLADDR], struct span payload)
{
	capture_time(eye);
	eye_frame(eye, &(struct eye_frame){.out = true,
					   .place = (uint8_t)slot,
					   .ifindex = facts->ifindex,
					   .destination = destination,
					   .source = facts->lladdr,
					   .payload = payload});
}
