/* Checked values back as text: what would have to stand in a file for them. One function for each
 * key; link is the number of the [Link] section and means something to its keys alone. */
#ifndef CONFIG_SHOW_H
#define CONFIG_SHOW_H

#include "config/config.h"

void show_zone(const struct config *config, uint32_t link, FILE *out);
void show_network_key_file(const struct config *config, uint32_t link, FILE *out);
void show_allow_file(const struct config *config, uint32_t link, FILE *out);
void show_transit(const struct config *config, uint32_t link, FILE *out);
void show_ethertype(const struct config *config, uint32_t link, FILE *out);
void show_rekey(const struct config *config, uint32_t link, FILE *out);
void show_suites(const struct config *config, uint32_t link, FILE *out);
void show_tun_name(const struct config *config, uint32_t link, FILE *out);
void show_loopback_name(const struct config *config, uint32_t link, FILE *out);
void show_match(const struct config *config, uint32_t link, FILE *out);
void show_cost(const struct config *config, uint32_t link, FILE *out);
void show_bypass(const struct config *config, uint32_t link, FILE *out);
void show_user(const struct config *config, uint32_t link, FILE *out);
void show_workers(const struct config *config, uint32_t link, FILE *out);
void show_state_directory(const struct config *config, uint32_t link, FILE *out);
void show_control_socket(const struct config *config, uint32_t link, FILE *out);
void show_inbound(const struct config *config, uint32_t link, FILE *out);
void show_expose(const struct config *config, uint32_t link, FILE *out); /* all, with commas */

#endif
