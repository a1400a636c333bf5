/* Maps of meshes as NetJSON NetworkGraph, the form in which community networks publish them, in and
 * out. https://netjson.org/rfc.html, draft-capoano-kaplan-netjson-00. */
#ifndef SIM_NETJSON_H
#define SIM_NETJSON_H

#include "sim/line.h"
#include "sim/topology.h"

struct world;

/* Reads a map into an empty topology: nodes are numbered as they stand, and every two that any link
 * joins get one wire between them. False and a complaint if it cannot be read. The caller frees the
 * topology either way. */
MUST_USE bool netjson_read(struct topology *topology, const char *path,
			   char complaint[LINE_COMPLAINT]);

/* Writes the mesh as its nodes have it now: a link for each FULL neighbour a node has. False and a
 * complaint if the file cannot be written. */
MUST_USE bool netjson_write(const struct world *world, const char *path,
			    char complaint[LINE_COMPLAINT]);

#endif
