/* The slots, their vectors and addresses are laid out once and point at each other inside the one
 * block, which never moves. Memory of a slot that no frame needed is never touched. recvmmsg(2). */
#include "link/inlet.h"
#include "link/ethernet.h"

#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdlib.h>

enum {
	LARGE = ETHERNET_BATCH / 2, /* frames of a batch that make it a large one */
	LARGE_MANY = 64,	    /* large batches more than small ones: a while */
};

struct inlet {
	int fd;
	unsigned int large; /* batches, less the small ones; at most LARGE_MANY */
	unsigned int next;  /* of the batch, to be taken */
	unsigned int got;
	struct mmsghdr messages[ETHERNET_BATCH];
	struct iovec vectors[ETHERNET_BATCH];
	struct sockaddr_ll addresses[ETHERNET_BATCH];
	uint8_t slots[ETHERNET_BATCH][ETHERNET_FRAME_MAX];
};

int inlet_open(struct inlet **inlet, int fd)
{
	struct inlet *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return -ENOMEM;
	made->fd = fd;
	for (size_t i = 0; i < ETHERNET_BATCH; i++) {
		made->vectors[i] = (struct iovec){made->slots[i], sizeof(made->slots[i])};
		made->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &made->addresses[i],
			.msg_iov = &made->vectors[i],
			.msg_iovlen = 1,
		};
	}
	*inlet = made;
	return 0;
}

void inlet_close(struct inlet *inlet)
{
	free(inlet);
}

int inlet_receive(struct inlet *inlet)
{
	int got;

	/* Some kinds of interfaces have longer addresses: the last batch's size is how long that
	 * one was, and would be taken for the room there is. */
	for (unsigned int i = 0; i < ETHERNET_BATCH; i++)
		inlet->messages[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_ll);
	got = recvmmsg(inlet->fd, inlet->messages, ETHERNET_BATCH, MSG_DONTWAIT, NULL);
	inlet->next = 0;
	inlet->got = got > 0 ? (unsigned int)got : 0;
	if (inlet->got >= LARGE)
		inlet->large += inlet->large < LARGE_MANY;
	else if (inlet->got > 0)
		inlet->large -= inlet->large > 0;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return got;
}

bool inlet_next(struct inlet *inlet, struct arrival *arrival)
{
	unsigned int i = inlet->next;

	if (i == inlet->got)
		return false;
	inlet->next++;
	*arrival = (struct arrival){
		.from = &inlet->addresses[i],
		.bytes = inlet->slots[i],
		.size = inlet->messages[i].msg_len,
		.whole = (inlet->messages[i].msg_hdr.msg_flags & MSG_TRUNC) == 0,
	};
	return true;
}

bool inlet_busy(const struct inlet *inlet)
{
	return inlet->large == LARGE_MANY;
}

void inlet_end(struct inlet *inlet)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = {.len = 1, .filter = &nothing};

	/* Without the filter frames would be received twice: that is seen, and harmless. */
	(void)setsockopt(inlet->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}
