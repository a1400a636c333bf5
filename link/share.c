/* A classic BPF program (socket filter, linux/filter.h) that looks a byte up in a set of 256 bits:
 * its upper three bits choose one of eight words, its lower five a bit in it. */
#include "link/share.h"

#include "link/ethernet.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

enum {
	WORDS = 8,
	WORD_SHIFT = 5, /* 32 bits a word */
	BIT_MASK = 31,
	HEAD = 10, /* instructions before the words */
	TAIL = 4,  /* and behind them */
	PROGRAM = HEAD + 3 * WORDS + TAIL,
	WHOLE = 0x40000, /* bytes of a frame that is taken: all */
};

static uint32_t word_of(const bool accepted[SHARE_BYTES], uint32_t number)
{
	uint32_t word = 0;

	for (uint32_t bit = 0; bit <= BIT_MASK; bit++)
		word |= (uint32_t)accepted[number << WORD_SHIFT | bit] << bit;
	return word;
}

/* If the byte is of that word: loads it and goes to the tail. */
static void word_write(struct sock_filter *at, uint32_t number, uint32_t word)
{
	uint32_t to_tail = 3 * (WORDS - 1 - number);

	at[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 2);
	at[1] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, word);
	at[2] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, to_tail);
}

int share_take(int fd, const bool accepted[SHARE_BYTES])
{
	struct sock_filter program[PROGRAM] = {
		BPF_STMT(BPF_LD | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ETHERNET_HEADER, 2, 0),
		BPF_STMT(BPF_LD | BPF_IMM, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHERNET_HEADER),
		BPF_STMT(BPF_ST, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, BIT_MASK),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 0),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, WORD_SHIFT),
	};
	const struct sock_filter tail[TAIL] = {
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_X, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, WHOLE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog all = {.len = PROGRAM, .filter = program};

	for (uint32_t number = 0; number < WORDS; number++)
		word_write(program + HEAD + 3 * number, number, word_of(accepted, number));
	for (uint32_t i = 0; i < TAIL; i++)
		program[HEAD + 3 * WORDS + i] = tail[i];
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof(all)) < 0 ? -errno : 0;
}
