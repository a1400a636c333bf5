/* A descriptor is needed to hand the memory over, not to use it: it is closed once the service
 * manager has one. There is no need to tell one boot from another, for no descriptor outlives a
 * boot; instants go on meanwhile. memfd_secret(2), memfd_create(2), mlock2(2). */
#include "daemon/vault.h"

#include "base/shared.h"
#include "crypto/hash.h"
#include "daemon/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	HEAD = PAGE, /* bytes before the node */
	LAYOUT = 1,  /* of the head; one more whenever its bytes come to mean something else */
	BUILD = 64,  /* bytes of a build id that are looked at, at most */
};

struct vault_head {
	uint8_t whose[HASH_256]; /* of program and terms */
	enum vault_kind kind;
	uint32_t within;    /* an event */
	uint32_t failed;    /* a process of it died by its own fault */
	uint32_t processes; /* that had the node */
	instant failures[VAULT_FAILURES];
	instant key_made;
	struct link_facts links[LINKS_DAEMON];
};

_Static_assert(sizeof(struct vault_head) <= HEAD, "the head fits before the node");

/* The build id of a program, as the linker put it into a note. */
struct build {
	uint8_t id[BUILD];
	size_t size;
};

/* The notes of one segment: namesz, descsz, type, then name and description, each padded to 4. */
static void build_look(struct build *build, const uint8_t *at, size_t left)
{
	ElfW(Nhdr) note;

	while (left >= sizeof(note)) {
		memcpy(&note, at, sizeof(note));
		size_t name = (note.n_namesz + 3U) & ~3U, size = (note.n_descsz + 3U) & ~3U;
		if (left - sizeof(note) < name + size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= BUILD) {
			memcpy(build->id, at + sizeof(note) + name, note.n_descsz);
			build->size = note.n_descsz;
		}
		at += sizeof(note) + name + size;
		left -= sizeof(note) + name + size;
	}
}

/* The first object is the program itself. */
static int build_find(struct dl_phdr_info *object, size_t size, void *build)
{
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_NOTE)
			build_look(build,
				   (const uint8_t *)object->dlpi_addr +
					   object->dlpi_phdr[i].p_vaddr,
				   object->dlpi_phdr[i].p_memsz);
	return 1;
}

/* False if the program has no build id: then none is known to be the same. */
static bool whose_of(struct span terms, size_t size, uint8_t whose[HASH_256])
{
	struct build build = {.size = 0};
	const uint64_t shape[] = {LAYOUT, sizeof(struct vault_head), size};

	dl_iterate_phdr(build_find, &build);
	const struct span parts[] = {
		{build.id, build.size}, {(const uint8_t *)shape, sizeof(shape)}, terms};
	hash_parts(whose, HASH_256, (struct span){0}, parts, 3);
	return build.size > 0;
}

static int vault_map(struct vault *vault, int fd)
{
	void *at = mmap(NULL, vault->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	madvise(at, vault->size, MADV_DONTDUMP);
	madvise(at, vault->size, MADV_DONTFORK);
	vault->head = at;
	return 0;
}

void vault_close(struct vault *vault)
{
	guard_close(&vault->guard);
	if (vault->head != NULL)
		munmap(vault->head, vault->size);
	vault->head = NULL;
}

/* Makes and maps memory of a kind; a descriptor or -errno. */
static int vault_make(struct vault *vault, enum vault_kind kind)
{
	int fd = kind == VAULT_SECRET ? (int)syscall(SYS_memfd_secret, O_CLOEXEC)
				      : memfd_create("meshpd", MFD_CLOEXEC);
	int status =
		fd < 0 || ftruncate(fd, (off_t)vault->size) != 0 ? -errno : vault_map(vault, fd);

	/* Only what is touched is to be held in memory. */
	if (status == 0 && kind == VAULT_LOCKED &&
	    mlock2(vault->head, vault->size, MLOCK_ONFAULT) != 0)
		status = -errno;
	if (status == 0) {
		vault->head->kind = kind;
		return fd;
	}
	vault_close(vault);
	if (fd >= 0)
		close(fd);
	return status;
}

/* True if the failures of the processes, of which the last is that of just now, are too many. */
static bool fails_often(struct vault_head *head)
{
	instant now = loop_now();

	memmove(head->failures, head->failures + 1, sizeof(head->failures) - sizeof(instant));
	head->failures[VAULT_FAILURES - 1] = now;
	return head->failures[0].us != 0 &&
	       instant_since(now, head->failures[0]).us < duration_s(VAULT_MINUTE_S).us;
}

/* What is to become of what lies in the memory that was handed over. */
static enum vault_origin vault_judge(struct vault_head *head, const uint8_t whose[HASH_256])
{
	bool failed = head->failed != 0;

	if (memcmp(head->whose, whose, HASH_256) != 0)
		return VAULT_OTHER;
	if (SHARED_GET(head->within) != 0)
		return VAULT_TORN;
	head->failed = 0;
	return failed && fails_often(head) ? VAULT_FAILING : VAULT_ADOPTED;
}

/* Takes over what was kept; false if there is nothing to go on with. */
static bool vault_take(struct vault *vault, int fd, const uint8_t *whose)
{
	struct stat facts;

	if (fd < 0)
		return false;
	vault->origin = VAULT_OTHER;
	if (fstat(fd, &facts) != 0 || facts.st_size != (off_t)vault->size ||
	    vault_map(vault, fd) != 0)
		return false;
	vault->origin = vault_judge(vault->head, whose);
	if (vault->origin == VAULT_ADOPTED)
		return true;
	vault_close(vault);
	return false;
}

/* Makes new memory, the best there is, and has it kept. 0 or -errno. */
static int vault_begin_anew(struct vault *vault, const uint8_t whose[HASH_256])
{
	int fd = -ENOSYS;

	for (enum vault_kind kind = VAULT_SECRET; fd < 0 && kind <= VAULT_PLAIN; kind++)
		fd = vault_make(vault, kind);
	if (fd < 0)
		return fd;
	memcpy(vault->head->whose, whose, HASH_256);
	if (store_keeps()) {
		(void)!store_forget("node");
		vault->kept = store_keep("node", fd) == 0;
	}
	close(fd);
	return 0;
}

int vault_open(struct vault *vault, struct store *store, size_t size, struct span terms,
	       struct failure *failure)
{
	uint8_t whose[HASH_256];
	int fd = store_take(store, "node"), status = 0;
	bool known;

	*vault = (struct vault){.size = HEAD + ((size + PAGE - 1) & ~(size_t)(PAGE - 1)),
				.origin = VAULT_FIRST};
	known = whose_of(terms, vault->size, whose);
	vault->kept = vault_take(vault, fd, whose) && known;
	if (fd >= 0)
		close(fd);
	if (!vault->kept) {
		vault_close(vault);
		status = vault_begin_anew(vault, whose);
	}
	if (status == 0)
		status = guard_open(&vault->guard, &vault->head->failed);
	if (status != 0)
		return failure_say(failure, status, "memory: %s", strerror(-status));
	vault->head->processes++;
	return 0;
}

int vault_thread(const struct vault *vault, uint32_t number)
{
	return guard_thread(&vault->guard, number);
}

void *vault_memory(const struct vault *vault)
{
	return (uint8_t *)vault->head + HEAD;
}

void vault_clear(struct vault *vault, enum vault_origin why)
{
	struct vault_head *head = vault->head;

	memset(vault_memory(vault), 0, vault->size - HEAD);
	memset(head->links, 0, sizeof(head->links));
	memset(head->failures, 0, sizeof(head->failures));
	head->within = 0;
	head->processes = 1;
	vault->origin = why;
}

void vault_give_up(struct vault *vault)
{
	if (vault->kept)
		(void)!store_forget("node");
	vault->kept = false;
}

void vault_begin(struct vault *vault)
{
	SHARED_SET(vault->head->within, 1);
	/* Only this thread and who comes after it look: the compiler alone is to be held back. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void vault_end(struct vault *vault)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	SHARED_SET(vault->head->within, 0);
}

struct link_facts *vault_links(const struct vault *vault)
{
	return vault->head->links;
}

instant *vault_key_made(const struct vault *vault)
{
	return &vault->head->key_made;
}

uint32_t vault_restarts(const struct vault *vault)
{
	return vault->head->processes - 1;
}

enum vault_kind vault_kind(const struct vault *vault)
{
	return vault->head->kind;
}
