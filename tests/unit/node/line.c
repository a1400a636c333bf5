/* The line as wires: number i joins host i − 1 and host i. */
#include "line.h"

struct mesh *line_made(uint64_t seed)
{
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < MESH_HOSTS; i++) {
		struct making *making = &mesh->hosts[i].making;
		making->links[0].running = i > 0 && i < LINE;
		making->links[1].running = i < LINE_LAST;
		making->wires[0] = i;
		making->wires[1] = i + 1;
	}
	return mesh;
}

struct mesh *line_started(struct mesh *mesh)
{
	for (uint32_t i = 0; i < LINE; i++)
		mesh_start(mesh, i);
	mesh_wait(mesh, mesh_reached, 0, LINE_LAST, duration_s(3));
	mesh_run(mesh, duration_ms(1200)); /* a computation may come a second later */
	return mesh;
}

struct mesh *line_new(uint64_t seed)
{
	return line_started(line_made(seed));
}

duration line_introduce(struct mesh *mesh, uint32_t a, uint32_t b)
{
	uint8_t packet[MESH_PACKET];

	mesh_packet_write(mesh, a, b, 7, 500, packet);
	packet[7] = 64;
	mesh_packet(mesh, a, packet, 500);
	duration took = mesh_wait(mesh, mesh_agreed, a, b, duration_s(3));
	mesh_run(mesh, duration_ms(1));
	packet[7] -= (uint8_t)(mesh_route(mesh, a, b).hops - 1);
	mesh_check_taken(mesh, b, mesh->hosts[b].packets, packet, 500);
	return took;
}

uint64_t line_drops(struct mesh *mesh)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < LINE; i++)
		sum += mesh_drops_all(mesh, i);
	return sum;
}
