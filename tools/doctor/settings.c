/* What /proc/sys says of an interface, and whether NetworkManager or systemd-networkd set it up:
 * both keep a file for each interface they know, under its index. systemd-networkd(8),
 * NetworkManager(8). */
#include "tools/doctor/sources.h"

#include <stdio.h>
#include <string.h>

static int setting_read(const char *interface, const char *name)
{
	char path[128];
	int value = SETTING_UNKNOWN;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface, name);
	file = fopen(path, "re");
	if (file == NULL)
		return SETTING_UNKNOWN;
	if (fscanf(file, "%d", &value) != 1)
		value = SETTING_UNKNOWN;
	fclose(file);
	return value;
}

/* True if a file has that line. */
static bool file_says(const char *path, const char *line)
{
	char read[256];
	FILE *file = fopen(path, "re");
	bool says = false;

	if (file == NULL)
		return false;
	while (!says && fgets(read, sizeof(read), file) != NULL) {
		read[strcspn(read, "\n")] = '\0';
		says = strcmp(read, line) == 0;
	}
	fclose(file);
	return says;
}

static enum manager manager_of(uint32_t index)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/NetworkManager/devices/%u", index);
	if (file_says(path, "managed=true"))
		return MANAGER_NETWORK_MANAGER;
	snprintf(path, sizeof(path), "/run/systemd/netif/links/%u", index);
	if (file_says(path, "ADMIN_STATE=configured") ||
	    file_says(path, "ADMIN_STATE=configuring") || file_says(path, "ADMIN_STATE=failed"))
		return MANAGER_NETWORKD;
	return MANAGER_NONE;
}

void interface_settings_read(struct interface_facts *interface)
{
	interface->disable_ipv6 = setting_read(interface->name, "disable_ipv6");
	interface->addr_gen_mode = setting_read(interface->name, "addr_gen_mode");
	interface->accept_ra = setting_read(interface->name, "accept_ra");
	interface->manager = manager_of(interface->index);
}
