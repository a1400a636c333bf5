/* Addresses as people read them. */
#include "daemon/text.h"

#include "crypto/aead.h"

#include <arpa/inet.h>
#include <stdio.h>

const char *text_address(const struct address *address, char text[TEXT_ADDRESS])
{
	return inet_ntop(AF_INET6, address->bytes, text, TEXT_ADDRESS);
}

const char *text_lladdr(const uint8_t bytes[LLADDR], char text[TEXT_LLADDR])
{
	snprintf(text, TEXT_LLADDR, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
		 bytes[3], bytes[4], bytes[5]);
	return text;
}

const char *text_id(const struct node_id *id, char text[TEXT_ID])
{
	for (int i = 0; i < NODE_ID; i++)
		snprintf(text + 2 * i, 3, "%02x", id->bytes[i]);
	return text;
}

const char *text_suite(uint8_t suite)
{
	return suite == SUITE_AES_256_GCM ? "aes-256-gcm" : "chacha20-poly1305";
}
