/* The program that chats: one side says a line at a time and repeats it until the other has
 * answered; the other answers whoever asks and keeps nothing. Every line follows from who says it,
 * the turn, and whether it answers, so whoever hears one knows whether it is right. */
#ifndef SIM_CHAT_H
#define SIM_CHAT_H

#include "sim/program.h"

/* The callbacks of the program's entry. */
void chat_read(struct line *line, uint32_t nodes, struct program *program);
void chat_start(struct world *world, uint32_t node);
void chat_packet(struct world *world, uint32_t node, const struct datagram *datagram);
void chat_time(struct world *world, uint32_t node);

#endif
