/* Chains followed for samples: what surely drops, what only may, and what is not taken for a
 * barrier. Rules are written as libnftables lists them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/doctor/filter.h"

#include <stdio.h>
#include <string.h>

#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"
#define REJECT "{\"reject\":{\"type\":\"icmpv6\",\"expr\":\"port-unreachable\"}}"
#define MATCH(op, left, right)                                                                     \
	"{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}}"
#define META(key) "{\"meta\":{\"key\":\"" key "\"}}"
#define FIELD(protocol, field)                                                                     \
	"{\"payload\":{\"protocol\":\"" protocol "\",\"field\":\"" field "\"}}"
#define STATE "{\"ct\":{\"key\":\"state\"}}"
#define FROM_TUN MATCH("==", META("iifname"), "\"tun0\"")

enum { NAME = 32 };

static const struct sample reply = {.what = "replies",
				    .incoming = "tun0",
				    .protocol = "tcp",
				    .state = "established",
				    .own = "beef:1::1"};
static const struct sample request = {.what = "requests",
				      .incoming = "tun0",
				      .protocol = "tcp",
				      .state = "new",
				      .port = 80,
				      .own = "beef:1::1"};
static const struct sample echo = {.what = "ping",
				   .incoming = "tun0",
				   .protocol = "ipv6-icmp",
				   .icmp_type = "echo-request",
				   .state = "new"};
static const struct sample frame = {.what = "frames", .incoming = "eth0", .ethertype = 0x88b5};

/* Follows chain "base" of rules "CHAIN STATEMENTS", ended by NULL. */
static enum passage follow(const struct sample *sample, const char *policy,
			   const char *const rules[], char by[NAME])
{
	const char *name = "";
	json_t *list = json_array(), *ruleset, *chain;
	enum passage passage;

	for (size_t i = 0; rules[i] != NULL; i++) {
		size_t size = strcspn(rules[i], " ");
		json_t *expr = json_loads(rules[i] + size + 1, 0, NULL);

		assert_non_null(expr);
		json_array_append_new(list, json_pack("{s:{s:s,s:s,s:s%,s:o}}", "rule", "family",
						      "inet", "table", "t", "chain", rules[i], size,
						      "expr", expr));
	}
	ruleset = json_pack("{s:o}", "nftables", list);
	chain = json_pack("{s:s,s:s,s:s,s:s,s:s}", "family", "inet", "table", "t", "name", "base",
			  "hook", "input", "policy", policy);
	assert_non_null(ruleset);
	assert_non_null(chain);
	passage = filter_pass(ruleset, chain, sample, &name);
	snprintf(by, NAME, "%s", name);
	json_decref(ruleset);
	json_decref(chain);
	return passage;
}

/* Several rules in chain base. */
#define PASSES(sample, policy, expected, ...)                                                      \
	do {                                                                                       \
		const char *const rules[] = {__VA_ARGS__, NULL};                                   \
		char by_[NAME];                                                                    \
		assert_int_equal(follow(&(sample), policy, rules, by_), expected);                 \
	} while (0)

static void policies_and_plain_verdicts(void **state)
{
	PASSES(reply, "accept", PASSAGE_FREE, "base [{\"counter\":{}}]");
	PASSES(reply, "drop", PASSAGE_BARRED, "base [{\"counter\":{}}]");
	PASSES(reply, "drop", PASSAGE_FREE, "base [" ACCEPT "]");
	PASSES(reply, "accept", PASSAGE_BARRED, "base [" FROM_TUN "," DROP "]");
	PASSES(reply, "accept", PASSAGE_BARRED, "base [" FROM_TUN "," REJECT "]");
	PASSES(reply, "drop", PASSAGE_FREE, "base [" FROM_TUN "," ACCEPT "]", "base [" DROP "]");
	PASSES(reply, "drop", PASSAGE_BARRED, "base [{\"return\":null}]", "base [" ACCEPT "]");
}

static void a_common_firewall_lets_replies_in_and_requests_not(void **state)
{
	static const char established[] =
		"base [" MATCH("in", STATE, "[\"established\",\"related\"]") "," ACCEPT "]";
	static const char lo[] = "base [" MATCH("==", META("iif"), "\"lo\"") "," ACCEPT "]";
	static const char invalid[] = "base [" MATCH("in", STATE, "\"invalid\"") "," DROP "]";

	PASSES(reply, "drop", PASSAGE_FREE, lo, invalid, established);
	PASSES(request, "drop", PASSAGE_BARRED, lo, invalid, established);
	PASSES(echo, "drop", PASSAGE_BARRED, lo, invalid, established);
	PASSES(request, "drop", PASSAGE_FREE, lo, established,
	       "base [" MATCH("==", FIELD("tcp", "dport"),
			      "{\"set\":[22,{\"range\":[80,90]}]}") "," ACCEPT "]");
	PASSES(echo, "drop", PASSAGE_FREE,
	       "base [" MATCH("==", FIELD("icmpv6", "type"),
			      "{\"set\":[\"echo-request\",\"nd-neighbor-solicit\"]}") "," ACCEPT
										      "]");
}

static void what_a_match_implies(void **state)
{
	/* No UDP, so no port of it, whatever the operator. */
	PASSES(reply, "accept", PASSAGE_FREE,
	       "base [" MATCH("!=", FIELD("udp", "dport"), "53") "," DROP "]");
	PASSES(reply, "accept", PASSAGE_FREE,
	       "base [" MATCH("!=", FIELD("ip", "saddr"), "\"192.0.2.1\"") "," DROP "]");
	PASSES(request, "accept", PASSAGE_BARRED,
	       "base [" MATCH("!=", FIELD("tcp", "dport"), "53") "," DROP "]");
}

static void addresses(void **state)
{
#define SOURCE(right) "base [" MATCH("==", FIELD("ip6", "saddr"), right) "," DROP "]"
	PASSES(reply, "accept", PASSAGE_BARRED,
	       SOURCE("{\"prefix\":{\"addr\":\"beef::\",\"len\":16}}"));
	PASSES(reply, "accept", PASSAGE_BARRED,
	       SOURCE("{\"prefix\":{\"addr\":\"8000::\",\"len\":1}}"));
	PASSES(reply, "accept", PASSAGE_FREE,
	       SOURCE("{\"prefix\":{\"addr\":\"2001:db8::\",\"len\":32}}"));
	PASSES(reply, "accept", PASSAGE_FREE,
	       SOURCE("{\"prefix\":{\"addr\":\"beef:5::\",\"len\":32}}"));
	PASSES(reply, "accept", PASSAGE_BARRED,
	       "base [" MATCH("==", FIELD("ip6", "daddr"), "\"beef:1::1\"") "," DROP "]");
	PASSES(reply, "accept", PASSAGE_FREE,
	       "base [" MATCH("==", FIELD("ip6", "daddr"), "\"beef:1::2\"") "," DROP "]");
}

static void frames_by_their_ethertype(void **state)
{
	PASSES(frame, "accept", PASSAGE_BARRED,
	       "base [" MATCH("==", FIELD("ether", "type"), "34997") "," DROP "]");
	PASSES(frame, "accept", PASSAGE_BARRED,
	       "base [" MATCH("==", META("protocol"), "{\"set\":[\"arp\",34997]}") "," DROP "]");
	PASSES(frame, "drop", PASSAGE_BARRED,
	       "base [" MATCH("==", META("protocol"),
			      "{\"set\":[\"ip\",\"ip6\",\"arp\"]}") "," ACCEPT "]");
	PASSES(frame, "accept", PASSAGE_FREE,
	       "base [" MATCH("==", FIELD("ip6", "saddr"), "\"::1\"") "," DROP "]");
	PASSES(frame, "accept", PASSAGE_FREE,
	       "base [" MATCH("==", META("iifname"), "\"wlan*\"") "," DROP "]");
	PASSES(frame, "accept", PASSAGE_BARRED,
	       "base [" MATCH("==", META("iifname"), "\"eth*\"") "," DROP "]");
}

static void what_is_not_understood_casts_doubt(void **state)
{
	static const char limited_drop[] = "base [{\"limit\":{\"rate\":5}}," DROP "]";
	static const char limited_accept[] = "base [{\"limit\":{\"rate\":5}}," ACCEPT "]";

	PASSES(reply, "accept", PASSAGE_FREE, limited_drop);
	PASSES(reply, "drop", PASSAGE_DOUBTED, limited_accept);
	PASSES(reply, "drop", PASSAGE_DOUBTED, "base [{\"xt\":null}," ACCEPT "]");
	PASSES(reply, "drop", PASSAGE_DOUBTED,
	       "base [" MATCH("==", FIELD("ip6", "saddr"), "\"@friends\"") "," ACCEPT "]");
	PASSES(reply, "accept", PASSAGE_FREE,
	       "base [" MATCH("==", FIELD("ip6", "saddr"), "\"@foes\"") "," DROP "]");
	PASSES(reply, "accept", PASSAGE_BARRED, limited_drop, "base [" DROP "]");
}

static void chains_that_are_jumped_to(void **state)
{
	static const char jump[] = "base [" FROM_TUN ",{\"jump\":{\"target\":\"more\"}}]";
	const char *const dropped[] = {jump, "more [" DROP "]", NULL};
	char by[NAME];

	assert_int_equal(follow(&reply, "accept", dropped, by), PASSAGE_BARRED);
	assert_string_equal(by, "more");
	PASSES(reply, "drop", PASSAGE_FREE, jump, "more [" ACCEPT "]");
	PASSES(reply, "accept", PASSAGE_BARRED, jump, "more [{\"return\":null}]",
	       "more [" ACCEPT "]", "base [" DROP "]");
	PASSES(reply, "drop", PASSAGE_BARRED, "base [{\"goto\":{\"target\":\"more\"}}]",
	       "base [" ACCEPT "]", "more [{\"counter\":{}}]");
	PASSES(reply, "drop", PASSAGE_DOUBTED, "base [{\"jump\":{\"target\":\"base\"}}]");
}

static void maps_of_verdicts(void **state)
{
#define MAP(key, elements) "base [{\"vmap\":{\"key\":" key ",\"data\":{\"set\":[" elements "]}}}]"
	static const char states[] =
		MAP(STATE, "[\"established\"," ACCEPT "],[\"invalid\"," DROP "]");

	PASSES(reply, "drop", PASSAGE_FREE, states);
	PASSES(request, "drop", PASSAGE_BARRED, states);
	PASSES(reply, "accept", PASSAGE_BARRED,
	       MAP(META("iifname"), "[\"tun0\",{\"jump\":{\"target\":\"more\"}}]"),
	       "more [" DROP "]");
	PASSES(reply, "drop", PASSAGE_DOUBTED,
	       "base [{\"vmap\":{\"key\":" STATE ",\"data\":\"@states\"}}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_and_plain_verdicts),
		cmocka_unit_test(a_common_firewall_lets_replies_in_and_requests_not),
		cmocka_unit_test(what_a_match_implies),
		cmocka_unit_test(addresses),
		cmocka_unit_test(frames_by_their_ethertype),
		cmocka_unit_test(what_is_not_understood_casts_doubt),
		cmocka_unit_test(chains_that_are_jumped_to),
		cmocka_unit_test(maps_of_verdicts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/filter", tests, NULL, NULL);
}
