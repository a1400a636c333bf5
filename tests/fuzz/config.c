/* Configuration files: whatever the bytes, loading ends with settings or with one error that names
 * file and line, and settings that loaded are within their bounds. */
#include "config/config.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct config config;
	char path[64], *report_text = NULL;
	size_t report_size = 0;
	int fd = memfd_create("meshpd.conf", MFD_CLOEXEC);
	FILE *report = open_memstream(&report_text, &report_size);

	EXPECT(fd >= 0 && report != NULL && write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	bool good = config_load(&config, &(struct config_source){.file = path}, report);
	fclose(report);
	if (good) {
		EXPECT(config.link_count >= 1 && config.link_count <= CONFIG_LINKS);
		EXPECT(config.exposed_count <= CONFIG_EXPOSED && config.suites != 0);
		EXPECT(config.rekey.us >= 1000000 && config.rekey.us <= 120000000);
	} else {
		EXPECT(strstr(report_text, path) != NULL);
	}
	free(report_text);
	close(fd);
	return 0;
}
