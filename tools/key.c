/* `meshctl key gen` makes an identity, `meshctl key pub` shows what others may know of one. */
#include "tools/nouns.h"
#include "tools/usage.h"

#include "config/secret.h"
#include "crypto/identity.h"
#include "meshp/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define IDENTITY_FILE "/var/lib/meshpd/identity"

static enum verdict key_gen(void)
{
	char line[SECRET_LINE];
	uint8_t seed[SECRET];

	randombytes_buf(seed, sizeof(seed));
	secret_identity_line(seed, line);
	fputs(line, stdout);
	fflush(stdout);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	return ferror(stdout) ? VERDICT_NO : VERDICT_YES;
}

static void key_print(const uint8_t seed[SECRET], bool json)
{
	struct identity identity;
	struct address address;
	struct node_id id;
	char key[64], written[INET6_ADDRSTRLEN], hex[2 * NODE_ID + 1];

	identity_of(&identity, seed);
	address = address_of_key(identity.public_key);
	id = address_id(&address);
	sodium_bin2base64(key, sizeof(key), identity.public_key, sizeof(identity.public_key),
			  sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2hex(hex, sizeof(hex), id.bytes, sizeof(id.bytes));
	inet_ntop(AF_INET6, address.bytes, written, sizeof(written));
	sodium_memzero(&identity, sizeof(identity));
	if (json)
		printf("{\"schema\":1,\"address\":\"%s\",\"id\":\"%s\",\"public_key\":\"%s\"}\n",
		       written, hex, key);
	else
		printf("address     %s\nid          %s\npublic key  %s\n", written, hex, key);
}

/* Reads at most SECRET_LINE bytes. Whoever may read the file may know its public half, so owner and
 * mode are not looked at. VERDICT_YES, or another after saying why. */
static enum verdict file_read(const char *path, char text[SECRET_LINE], size_t *size)
{
	FILE *file = fopen(path, "re");
	int error = file == NULL ? errno : 0;

	if (file != NULL) {
		setvbuf(file, NULL, _IONBF, 0);
		*size = fread(text, 1, SECRET_LINE, file);
		error = ferror(file) ? EIO : 0;
		fclose(file);
	}
	if (error == 0)
		return VERDICT_YES;
	fprintf(stderr, "meshctl: %s: %s\n", path, strerror(error));
	return error == EACCES ? VERDICT_DENIED : VERDICT_NO;
}

static enum verdict key_pub(const char *path, bool json)
{
	char text[SECRET_LINE];
	uint8_t seed[SECRET];
	size_t size = 0;
	enum verdict verdict = file_read(path, text, &size);
	bool good;

	if (verdict != VERDICT_YES)
		return verdict;
	good = secret_identity_read(text, size, seed);
	sodium_memzero(text, sizeof(text));
	if (!good) {
		fprintf(stderr, "meshctl: %s: is not an identity\n", path);
		return VERDICT_NO;
	}
	key_print(seed, json);
	sodium_memzero(seed, sizeof(seed));
	return VERDICT_YES;
}

enum verdict key_run(const struct request *request)
{
	const char *verb = request->arguments[0];

	if (sodium_init() < 0)
		return VERDICT_NO;
	if (strcmp(verb, "gen") == 0 && request->argument_count == 1)
		return key_gen();
	if (strcmp(verb, "pub") == 0 && request->argument_count <= 2)
		return key_pub(request->argument_count == 2 ? request->arguments[1] : IDENTITY_FILE,
			       request->json);
	usage_line(request->verb, stderr);
	return VERDICT_USAGE;
}
