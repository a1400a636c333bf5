/* The program, instruction by instruction: there are few, so they need neither compiler nor
 * library. Register 6 holds the packet, as loads from it demand, 7 the sum. A packet too short for
 * a load comes out of queue 0, whose reader finds out whose it is. bpf(2), linux/bpf.h. */
#include "tun/steering.h"

#include <linux/bpf.h>
#include <linux/if_tun.h>

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NEXT_HEADER = 6, /* where things stand in an IPv6 packet */
	ADDRESSES = 8,
	PORTS = 40,
	WORDS = 8,		      /* of both addresses */
	GOLDEN = (int32_t)0x9e3779b1, /* the protocol's multiplier */
	PROGRAM = 64,		      /* instructions at most */
};

struct program {
	struct bpf_insn code[PROGRAM];
	uint32_t length;
};

static void append(struct program *program, uint8_t code, uint8_t to, uint8_t from, int32_t value)
{
	REQUIRE(program->length < PROGRAM);
	program->code[program->length++] =
		(struct bpf_insn){.code = code, .dst_reg = to, .src_reg = from, .imm = value};
}

/* Adds what stands in the packet there to the sum. size: BPF_W, BPF_H or BPF_B. */
static void append_field(struct program *program, uint8_t size, int32_t offset)
{
	append(program, BPF_LD | BPF_ABS | size, 0, 0, offset);
	append(program, BPF_ALU | BPF_ADD | BPF_X, BPF_REG_7, BPF_REG_0, 0);
}

/* Adds the ports if register 0 holds the number of a protocol that has some. */
static void append_ports(struct program *program)
{
	static const uint8_t protocols[] = {6, 17, 33, 132}; /* TCP, UDP, DCCP, SCTP */
	int16_t left = sizeof(protocols);

	for (uint32_t i = 0; i < sizeof(protocols); i++) {
		append(program, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, protocols[i]);
		program->code[program->length - 1].off = left--;
	}
	append(program, BPF_JMP | BPF_JA, 0, 0, 0);
	program->code[program->length - 1].off = 4;
	append_field(program, BPF_H, PORTS);
	append_field(program, BPF_H, PORTS + 2);
}

static void program_write(struct program *program, uint32_t queues)
{
	append(program, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0);
	append(program, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_7, 0, 0);
	for (int32_t word = 0; word < WORDS; word++)
		append_field(program, BPF_W, ADDRESSES + 4 * word);
	append_field(program, BPF_B, NEXT_HEADER);
	append_ports(program);
	append(program, BPF_ALU | BPF_MUL | BPF_K, BPF_REG_7, 0, GOLDEN);
	append(program, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_7, 0, 16);
	append(program, BPF_ALU | BPF_MOD | BPF_K, BPF_REG_7, 0, STEERING_LANES);
	append(program, BPF_ALU | BPF_MOD | BPF_K, BPF_REG_7, 0, (int32_t)queues);
	append(program, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_7, 0);
	append(program, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

int steering_load(uint32_t queues)
{
	struct program program = {.length = 0};
	union bpf_attr load;
	int loaded;

	program_write(&program, queues);
	memset(&load, 0, sizeof(load));
	load.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	load.insns = (uintptr_t)program.code;
	load.insn_cnt = program.length;
	load.license = (uintptr_t) "GPL";
	loaded = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	return loaded < 0 ? -errno : loaded;
}

int steering_set(int fd, int program)
{
	return ioctl(fd, TUNSETSTEERINGEBPF, &program) < 0 ? -errno : 0;
}
