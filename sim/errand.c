/* Parent and child share one page, which says where the child is. */
#include "sim/errand.h"

#include "sim/recorder.h"
#include "sim/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int complained(const char *complaint, int status)
{
	fprintf(stderr, "%s\n", complaint);
	return status;
}

static int use_captured(const struct errand *errand, struct world *world)
{
	const struct options *options = errand->options;
	char complaint[LINE_COMPLAINT];

	if (!pcap_begin(world, options->captures, options->capture_count, complaint))
		return complained(complaint, EXIT_USAGE);
	if (!recorder_begin(world, options->journal_node, options->journal, complaint))
		return complained(complaint, EXIT_USAGE);
	int status = errand->use(world, options);
	if (!recorder_end(world, complaint))
		status = complained(complaint, EXIT_FAILED);
	if (!pcap_end(world, complaint))
		return complained(complaint, EXIT_FAILED);
	return status;
}

/* The child's part. Never returns. */
static void child(const struct errand *errand, struct progress *progress)
{
	char complaint[LINE_COMPLAINT];
	struct world *world = world_new(errand->scenario, errand->seed, progress, complaint);

	if (world == NULL)
		_exit(complained(complaint, EXIT_USAGE));
	int status = use_captured(errand, world);
	world_free(world);
	fflush(stdout);
	_exit(status);
}

static int wait_for(pid_t pid, const struct errand *errand, const struct progress *progress)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		fprintf(stderr, "meshsim: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	report_ended(errand->scenario, errand->seed, progress, WTERMSIG(status),
		     errand->options->json);
	return EXIT_FAILED;
}

int errand_run(const struct errand *errand)
{
	struct progress *progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (progress == MAP_FAILED)
		return complained("meshsim: not enough memory", EXIT_FAILED);
	*progress = (struct progress){.us = SCENARIO_BEGIN.us};
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		child(errand, progress);
	int status = wait_for(pid, errand, progress);
	munmap(progress, sizeof(*progress));
	return status;
}
