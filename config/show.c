/* Values as text. The invariant is that reading what was shown gives the value back; a unit test
 * does so with every key. */
#include "config/show.h"

#include "config/expose.h"

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

void show_zone(const struct config *config, uint32_t link, FILE *out)
{
	fprintf(out, "%u", config->zone);
}

void show_network_key_file(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->network_key_file, out);
}

void show_allow_file(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->allow_file, out);
}

void show_transit(const struct config *config, uint32_t link, FILE *out)
{
	fputs(yes(config->transit), out);
}

void show_ethertype(const struct config *config, uint32_t link, FILE *out)
{
	fprintf(out, "0x%04X", config->ethertype);
}

void show_rekey(const struct config *config, uint32_t link, FILE *out)
{
	fprintf(out, "%lld", (long long)(config->rekey.us / duration_s(1).us));
}

void show_suites(const struct config *config, uint32_t link, FILE *out)
{
	fputs("chacha20-poly1305", out);
	if (config->suites & CONFIG_AES_256_GCM)
		fputs(" aes-256-gcm", out);
}

void show_tun_name(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->tun_name, out);
}

void show_loopback_name(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->loopback_name, out);
}

void show_match(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->links[link].match, out);
}

void show_cost(const struct config *config, uint32_t link, FILE *out)
{
	fprintf(out, "%u", config->links[link].cost_us);
}

void show_bypass(const struct config *config, uint32_t link, FILE *out)
{
	fputs(yes(config->links[link].bypass), out);
}

void show_user(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->user, out);
}

void show_workers(const struct config *config, uint32_t link, FILE *out)
{
	if (config->workers == CONFIG_WORKERS_AUTO)
		fputs("auto", out);
	else
		fprintf(out, "%d", config->workers);
}

void show_state_directory(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->state_directory, out);
}

void show_control_socket(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->control_socket, out);
}

void show_inbound(const struct config *config, uint32_t link, FILE *out)
{
	fputs(config->inbound_allowed ? "allow" : "deny", out);
}

void show_expose(const struct config *config, uint32_t link, FILE *out)
{
	char text[EXPOSE_TEXT];

	for (uint32_t i = 0; i < config->exposed_count; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "", expose_write(&config->exposed[i], text));
}
