/* Descriptors exist from the moment they are received: none is lost track of, whatever else is
 * wrong with the datagram. */
#include "daemon/parcel.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int parcel_send(int fd, const void *bytes, size_t size, const int *descriptors, uint32_t count)
{
	_Alignas(struct cmsghdr) uint8_t beside[CMSG_SPACE(PARCEL_DESCRIPTORS * sizeof(int))] = {0};
	struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	REQUIRE(count <= PARCEL_DESCRIPTORS);
	if (count > 0) {
		message.msg_control = beside;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		*head = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS,
					 .cmsg_len = CMSG_LEN(count * sizeof(int))};
		memcpy(CMSG_DATA(head), descriptors, count * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0 ? 0 : -errno;
}

/* All descriptors beside a message, which the control buffer has room for. How many. */
static uint32_t descriptors_take(struct msghdr *message, int taken[PARCEL_DESCRIPTORS])
{
	uint32_t count = 0;

	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
	     head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		count = (uint32_t)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(taken, CMSG_DATA(head), count * sizeof(int));
	}
	return count;
}

int parcel_receive(int fd, void *bytes, size_t size, int *descriptors, uint32_t most,
		   uint32_t *count)
{
	_Alignas(struct cmsghdr) uint8_t beside[CMSG_SPACE(PARCEL_DESCRIPTORS * sizeof(int))];
	int taken[PARCEL_DESCRIPTORS];
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = beside,
				 .msg_controllen = sizeof(beside)};
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	bool whole;

	*count = 0;
	if (got < 0)
		return -errno;
	*count = descriptors_take(&message, taken);
	whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && *count <= most;
	for (uint32_t i = 0; !whole && i < *count; i++)
		close(taken[i]);
	if (!whole) {
		*count = 0;
		return -EMSGSIZE;
	}
	if (*count > 0)
		memcpy(descriptors, taken, *count * sizeof(int));
	return (int)got;
}
