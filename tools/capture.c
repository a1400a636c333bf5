/* `meshctl capture`: frames, and what those of this node carry, as pcapng on stdout. The daemon
 * writes to memory of ours, which is emptied every few milliseconds, so that nobody there waits for
 * us. Ends at SIGINT and SIGTERM, when the packets asked for are there, when nobody reads stdout
 * any more, and with exit status 3 when the daemon goes. docs/capture.md. */
#include "tools/nouns.h"
#include "tools/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUSY_MS = 2,	    /* until the reels are looked at again after there was something, */
	IDLE_MS = 20,	    /* and after there was nothing */
	AT_ONCE = 1024,	    /* records until it is looked whether to end */
	LAST_MS = 1000,	    /* the reader of a capture that ended may keep us waiting */
	SNAP_MOST = 262144, /* what pcapng's readers take */
};

/* The head of a reel, read ahead so that records come in the order of their time. */
struct ahead {
	struct reel reel;
	bool there;
	struct eye_record record;
	uint8_t bytes[EYE_RECORD];
};

struct capture {
	const char *socket;
	int connection, signals, memory;
	void *mapped;
	bool fifo;   /* stdout is read by somebody who may be slow */
	bool ended;  /* no more is to be captured */
	bool broken; /* nothing can be written any more */
	enum verdict verdict;
	struct ahead aheads[EYE_REELS];
	struct recording recording;
};

static enum verdict say(const char *what, int error)
{
	fprintf(stderr, "meshctl: %s%s%s\n", what, error != 0 ? ": " : "",
		error != 0 ? strerror(error) : "");
	return VERDICT_NO;
}

/* Reads a number from least to most; false if text is none. */
static bool number_read(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-' && *number >= least &&
	       *number <= most;
}

static enum verdict options_read(const struct request *request, struct recording *recording)
{
	const char *count = request->given[CHOICE_COUNT], *snap = request->given[CHOICE_SNAPLEN];
	uint64_t bytes = SNAP_MOST;

	recording->left = UINT64_MAX;
	recording->only = request->given[CHOICE_INTERFACE];
	if (count != NULL && !number_read(count, 1, UINT64_MAX, &recording->left)) {
		say("--count is a number of packets, 1 or more", 0);
		return VERDICT_USAGE;
	}
	if (snap != NULL && !number_read(snap, 1, SNAP_MOST, &bytes)) {
		say("--snaplen is a number of bytes, 1 to 262144", 0);
		return VERDICT_USAGE;
	}
	if (isatty(STDOUT_FILENO)) {
		say("a capture is no text: send it to a file, or to tshark -r -", 0);
		return VERDICT_USAGE;
	}
	recording->snap = (uint32_t)bytes;
	return VERDICT_YES;
}

/* Adds the links there are now. */
static enum verdict links_learn(struct capture *capture)
{
	json_t *answer, *link;
	size_t i;
	enum verdict verdict = client_call(capture->socket, "io.meshpd.Links", NULL, &answer);

	if (verdict != VERDICT_YES)
		return verdict;
	json_array_foreach(json_object_get(answer, "links"), i, link)
		recording_link(&capture->recording, link);
	json_decref(answer);
	return VERDICT_YES;
}

/* Begins the file with the interfaces there are. */
static enum verdict interfaces_learn(struct capture *capture)
{
	struct recording *recording = &capture->recording;
	json_t *answer;
	enum verdict verdict = client_call(capture->socket, "io.meshpd.Status", NULL, &answer);

	if (verdict != VERDICT_YES)
		return verdict;
	const char *tun = json_string_value(json_object_get(answer, "tun"));
	recording_begin(recording, tun != NULL ? tun : "tun0");
	json_decref(answer);
	verdict = links_learn(capture);
	if (verdict == VERDICT_YES && recording->only != NULL &&
	    !recording_has(recording, recording->only))
		return say("no link is called so, meshctl links shows them", 0);
	return verdict;
}

/* Makes the memory that the daemon writes to. */
static int memory_make(struct capture *capture)
{
	capture->memory = memfd_create("meshpd-capture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (capture->memory < 0 || ftruncate(capture->memory, (off_t)EYE_MEMORY) != 0 ||
	    fcntl(capture->memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return -errno;
	capture->mapped =
		mmap(NULL, EYE_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, capture->memory, 0);
	if (capture->mapped == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < EYE_REELS; i++)
		capture->aheads[i].reel = eye_reel(capture->mapped, i);
	return 0;
}

/* Has the daemon capture. */
static enum verdict capture_ask(struct capture *capture, bool sealed)
{
	json_t *parameters = json_pack("{s:b, s:I}", "sealed",
				       sealed || !recording_wants_opened(&capture->recording),
				       "snaplen", (json_int_t)capture->recording.snap);
	json_t *answer;
	enum verdict verdict = client_keep(capture->socket, "io.meshpd.Capture", parameters,
					   capture->memory, &capture->connection, &answer);

	if (verdict != VERDICT_YES)
		return verdict;
	if (json_integer_value(json_object_get(answer, "format")) != EYE_FORMAT)
		verdict = say("meshpd is of another version", 0);
	json_decref(answer);
	return verdict;
}

/* Blocks the signals that end a capture, and has them come as something to read. */
static int signals_open(void)
{
	sigset_t ending;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	return signalfd(-1, &ending, SFD_CLOEXEC);
}

static void capture_stop(struct capture *capture, enum verdict verdict)
{
	if (!capture->ended)
		capture->verdict = verdict;
	capture->ended = true;
}

/* Waits, at most so long, and sees what ends the capture. True if stdout can be written. */
static bool capture_wait(struct capture *capture, int most_ms, bool writing)
{
	struct pollfd waits[] = {
		{.fd = capture->ended ? -1 : capture->signals, .events = POLLIN},
		{.fd = capture->ended ? -1 : capture->connection, .events = POLLIN},
		{.fd = STDOUT_FILENO, .events = writing ? POLLOUT : 0},
	};

	if (poll(waits, 3, most_ms) <= 0)
		return false;
	if (waits[0].revents != 0)
		capture_stop(capture, VERDICT_YES);
	if (waits[1].revents != 0) /* it has nothing to say, so it went */
		capture_stop(capture, VERDICT_ABSENT);
	if ((waits[2].revents & (POLLERR | POLLNVAL)) != 0) {
		capture->broken = true;
		capture_stop(capture, VERDICT_YES);
	}
	return (waits[2].revents & POLLOUT) != 0;
}

/* Waits until stdout can be written; false if it cannot yet, or never again. Who does not read is
 * waited for as long as the capture lasts, and from its end on for LAST_MS at a time. */
static bool capture_writable(struct capture *capture)
{
	bool was_ended = capture->ended; /* the wait may be what sees the end */

	if (capture_wait(capture, was_ended ? LAST_MS : -1, true))
		return true;
	if (was_ended && !capture->broken) {
		capture->broken = true;
		say("nobody reads what was captured, the file is cut short", 0);
	}
	return false;
}

/* Writes what is in the buffer. A pipe takes PIPE_BUF bytes whenever it can be written: so who does
 * not read it keeps nobody from ending us. */
static void capture_flush(struct capture *capture)
{
	struct writer *out = &capture->recording.out;
	size_t sent = 0, most = capture->fifo ? PIPE_BUF : SIZE_MAX;

	while (sent < out->used && !capture->broken) {
		size_t left = out->used - sent;
		if (capture->fifo && !capture_writable(capture))
			continue;
		ssize_t size = write(STDOUT_FILENO, out->start + sent, left < most ? left : most);
		capture->broken = size < 0 && errno != EINTR;
		if (capture->broken)
			capture_stop(capture, errno == EPIPE ? VERDICT_YES : say("stdout", errno));
		sent += size > 0 ? (size_t)size : 0;
	}
	memmove(out->start, out->start + sent, out->used - sent);
	out->used -= sent;
}

/* Reads a reel's next record ahead. */
static void ahead_fill(struct capture *capture, struct ahead *ahead)
{
	size_t size;

	if (ahead->there)
		return;
	size = reel_take(&ahead->reel, ahead->bytes, sizeof(ahead->bytes));
	if (size == 0)
		return;
	ahead->there =
		size != REEL_TORN && eye_read((struct span){ahead->bytes, size}, &ahead->record);
	if (!ahead->there)
		capture_stop(capture, say("meshpd writes what is no capture", 0));
}

/* The oldest of all reels' next records; NULL if there is none. */
static struct ahead *ahead_oldest(struct capture *capture)
{
	struct ahead *oldest = NULL;

	for (uint32_t i = 0; i < EYE_REELS; i++) {
		struct ahead *ahead = &capture->aheads[i];
		ahead_fill(capture, ahead);
		if (ahead->there &&
		    (oldest == NULL || ahead->record.time_ns < oldest->record.time_ns))
			oldest = ahead;
	}
	return oldest;
}

/* Takes what there is, some of it if there is much. True if there was anything. */
static bool capture_take(struct capture *capture)
{
	struct recording *recording = &capture->recording;
	int taken = 0;

	for (; taken < AT_ONCE && recording->left > 0; taken++) {
		struct ahead *ahead = ahead_oldest(capture);
		if (ahead == NULL)
			break;
		if (!capture->ended && recording_asks(recording, &ahead->record))
			(void)!links_learn(capture); /* else it is left out */
		if (recording->out.size - recording->out.used < RECORDING_ROOM)
			capture_flush(capture);
		if (capture->broken)
			break;
		recording_put(recording, &ahead->record);
		ahead->there = false;
	}
	if (recording->left == 0)
		capture_stop(capture, VERDICT_YES);
	capture_flush(capture);
	return taken > 0;
}

/* Takes what is still there when nothing more comes, and ends the file. */
static void capture_finish(struct capture *capture)
{
	uint64_t lost[REEL_COUNTERS] = {0}, sum;

	close(capture->connection);
	while (!capture->broken && capture_take(capture))
		;
	for (uint32_t i = 0; i < EYE_REELS; i++)
		for (uint32_t place = 0; place < REEL_COUNTERS; place++)
			lost[place] += reel_lost(&capture->aheads[i].reel, place);
	sum = recording_end(&capture->recording, lost);
	capture_flush(capture);
	if (capture->verdict == VERDICT_ABSENT)
		say("meshpd has ended", 0);
	fprintf(stderr, "meshctl: %llu packets, %llu lost\n",
		(unsigned long long)capture->recording.packets, (unsigned long long)sum);
}

static enum verdict capture_live(struct capture *capture, const struct request *request)
{
	struct stat out;
	enum verdict verdict = options_read(request, &capture->recording);
	int status;

	if (verdict == VERDICT_YES)
		verdict = interfaces_learn(capture);
	if (verdict != VERDICT_YES)
		return verdict;
	status = memory_make(capture);
	capture->signals = signals_open();
	if (status != 0 || capture->signals < 0)
		return say("no memory to capture to", status != 0 ? -status : errno);
	verdict = capture_ask(capture, request->given[CHOICE_SEALED] != NULL);
	if (verdict != VERDICT_YES)
		return verdict;
	capture->fifo = fstat(STDOUT_FILENO, &out) == 0 && !S_ISREG(out.st_mode);
	fputs("meshctl: capturing\n", stderr);
	capture_flush(capture);
	while (!capture->ended)
		(void)!capture_wait(capture, capture_take(capture) ? BUSY_MS : IDLE_MS, false);
	capture_finish(capture);
	return capture->verdict;
}

enum verdict capture_run(const struct request *request)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	enum verdict verdict;

	if (capture == NULL)
		return say("no memory", 0);
	capture->socket = request->socket;
	verdict = capture_live(capture, request);
	free(capture);
	return verdict;
}
