/* Captures byte by byte, as draft-ietf-opsawg-pcap has them. */
#include "sim/pcap.h"

#include "sim/memory.h"
#include "sim/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define SCENARIO "topology line 3\nexpect by 1s full all\n"

struct mesh {
	struct scenario scenario;
	struct world *world;
	int fd; /* where the capture goes */
	char path[64];
};

static void mesh_make(struct mesh *mesh)
{
	char complaint[LINE_COMPLAINT];

	assert_true(scenario_read(&mesh->scenario, "line", SCENARIO, strlen(SCENARIO), complaint));
	mesh->world = world_new(&mesh->scenario, 1, NULL, complaint);
	assert_non_null(mesh->world);
	mesh->fd = memfd_create("capture", MFD_CLOEXEC);
	assert_true(mesh->fd >= 0);
	snprintf(mesh->path, sizeof(mesh->path), "/proc/self/fd/%d", mesh->fd);
}

static void mesh_end(struct mesh *mesh)
{
	world_free(mesh->world);
	scenario_free(&mesh->scenario);
	close(mesh->fd);
}

static void a_capture_is_a_header_and_records(void **state)
{
	/* Magic, version 2.4, twice nothing, longest frame 65549, Ethernet. */
	static const uint8_t header[] = {0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4,  0, 0, 0, 0,
					 0,    0,    0,	   0,	 0, 1, 0, 13, 0, 0, 0, 1};
	/* 3 s, 17000 ns, 17 bytes of 17; to, from, type, bytes. */
	static const uint8_t record[] = {0,  0, 0, 3, 0,  0, 0x42, 0x68, 0, 0, 0,
					 17, 0, 0, 0, 17, 2, 0,	   0,	 0, 0, 2,
					 2,  0, 0, 0, 0,  1, 0x88, 0xb5, 7, 8, 9};
	struct mesh mesh;
	char complaint[LINE_COMPLAINT];
	uint8_t bytes[4096];

	mesh_make(&mesh);
	struct capture capture = {.wire = 1, .path = mesh.path};
	assert_true(pcap_begin(mesh.world, &capture, 1, complaint));
	struct frame *sent = memory_zeroed(1, sizeof(*sent) + 3);
	*sent = (struct frame){.from = {{2, 0, 0, 0, 0, 1}}, .to = {{2, 0, 0, 0, 0, 2}}, .size = 3};
	memcpy(sent->bytes, "\7\10\11", 3);
	mesh.world->now = instant_after(SCENARIO_BEGIN, duration_us(3000017));
	pcap_frame(mesh.world, 0, sent);
	pcap_frame(mesh.world, 1, sent);
	assert_true(pcap_end(mesh.world, complaint));
	assert_int_equal(pread(mesh.fd, bytes, sizeof(bytes), 0), sizeof(header) + sizeof(record));
	assert_memory_equal(bytes, header, sizeof(header));
	assert_memory_equal(bytes + sizeof(header), record, sizeof(record));
	free(sent);
	mesh_end(&mesh);
}

static void a_run_fills_only_the_wires_asked_for(void **state)
{
	struct mesh mesh;
	char complaint[LINE_COMPLAINT];

	mesh_make(&mesh);
	struct capture captures[] = {{0, mesh.path}, {1, "/dev/null"}};
	assert_true(pcap_begin(mesh.world, captures, 2, complaint));
	world_run(mesh.world);
	assert_true(pcap_end(mesh.world, complaint));
	assert_true(world_passed(mesh.world));
	uint8_t record[16 + 14];
	uint32_t records = 0;
	off_t at = 24;
	while (pread(mesh.fd, record, sizeof(record), at) == sizeof(record)) {
		/* The last byte of a link address is the node's number, here 0 or 1. */
		assert_in_range(record[16 + 11], 0, 1);
		at += 16 + record[14] * 256 + record[15];
		records++;
	}
	assert_int_equal(at, lseek(mesh.fd, 0, SEEK_END));
	assert_in_range(records, 6, 60);
	mesh_end(&mesh);
}

static void what_cannot_be_is_refused(void **state)
{
	struct mesh mesh;
	char complaint[LINE_COMPLAINT];

	mesh_make(&mesh);
	struct capture none[] = {{0, "/dev/null"}, {2, "two"}};
	assert_false(pcap_begin(mesh.world, none, 2, complaint));
	assert_string_equal(complaint, "two: wire 2 is none of the 2 there are");
	assert_null(mesh.world->pcap);
	struct capture nowhere = {0, "/nowhere/x"};
	assert_false(pcap_begin(mesh.world, &nowhere, 1, complaint));
	assert_string_equal(complaint, "/nowhere/x: No such file or directory");
	struct capture full = {0, "/dev/full"};
	assert_true(pcap_begin(mesh.world, &full, 1, complaint));
	assert_false(pcap_end(mesh.world, complaint));
	assert_string_equal(complaint, "/dev/full: No space left on device");
	assert_true(pcap_begin(mesh.world, NULL, 0, complaint));
	assert_true(pcap_end(mesh.world, complaint));
	mesh_end(&mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_capture_is_a_header_and_records),
		cmocka_unit_test(a_run_fills_only_the_wires_asked_for),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/pcap", tests, NULL, NULL);
}
