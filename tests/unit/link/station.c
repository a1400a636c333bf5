/* Rates out of messages like the kernel's, made here: of every kind, missing, cut and of others. */
#include "link/station.h"

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What a message says of a rate, in units of 100 kbit/s; 0: nothing. */
struct said {
	uint16_t old;
	uint32_t full;
	bool other; /* the modulation, a flag and a width beside it */
};

static struct nl_msg *message_of(uint8_t command, const struct said *said)
{
	const uint8_t lladdr[6] = {0x02, 1, 2, 3, 4, 5};
	struct nl_msg *message = nlmsg_alloc();
	struct nlattr *facts, *rate;

	assert_non_null(genlmsg_put(message, 1, 1, 28, 0, NLM_F_MULTI, command, 0));
	nla_put_u32(message, NL80211_ATTR_IFINDEX, 3);
	nla_put(message, NL80211_ATTR_MAC, sizeof(lladdr), lladdr);
	facts = nla_nest_start(message, NL80211_ATTR_STA_INFO);
	nla_put_u8(message, NL80211_STA_INFO_SIGNAL, 200);
	rate = nla_nest_start(message, NL80211_STA_INFO_RX_BITRATE);
	nla_put_u32(message, NL80211_RATE_INFO_BITRATE32, 77777);
	nla_nest_end(message, rate);
	rate = nla_nest_start(message, NL80211_STA_INFO_TX_BITRATE);
	if (said->full > 0)
		nla_put_u32(message, NL80211_RATE_INFO_BITRATE32, said->full);
	if (said->old > 0)
		nla_put_u16(message, NL80211_RATE_INFO_BITRATE, said->old);
	if (said->other) {
		nla_put_u8(message, NL80211_RATE_INFO_HE_MCS, 11);
		nla_put_flag(message, NL80211_RATE_INFO_160_MHZ_WIDTH);
	}
	nla_nest_end(message, rate);
	nla_nest_end(message, facts);
	return message;
}

static uint64_t rate_of(uint8_t command, const struct said *said)
{
	struct nl_msg *message = message_of(command, said);
	uint64_t rate_bps = station_rate_bps(nlmsg_hdr(message));

	nlmsg_free(message);
	return rate_bps;
}

static void test_reads_rates_of_every_kind(void **state)
{
	static const struct {
		struct said said;
		uint64_t rate_bps;
	} cases[] = {
		{{.old = 10}, 1000000},					 /* 802.11b's least */
		{{.old = 540, .full = 540}, 54000000},			 /* 802.11g */
		{{.old = 3000, .full = 3000, .other = true}, 300000000}, /* n, two streams */
		{{.full = 96078, .other = true}, 9607800000}, /* ax: more than 16 bits hold */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(rate_of(NL80211_CMD_NEW_STATION, &cases[i].said) == cases[i].rate_bps);
}

static void test_what_is_not_said_is_unknown(void **state)
{
	const struct said nothing = {.other = true}, said = {.full = 540};

	assert_true(rate_of(NL80211_CMD_NEW_STATION, &nothing) == 0);
	assert_true(rate_of(NL80211_CMD_DEL_STATION, &said) == 0);
}

/* Every cut of a message reads as nothing or as the whole, and within its bytes. */
static void test_cut_messages_say_nothing_else(void **state)
{
	const struct said said = {.full = 540};
	struct nl_msg *message = message_of(NL80211_CMD_NEW_STATION, &said);
	const struct nlmsghdr *whole = nlmsg_hdr(message);
	uint32_t size = whole->nlmsg_len;

	for (uint32_t cut = sizeof(*whole); cut < size; cut++) {
		struct nlmsghdr *part = test_malloc(cut);

		memcpy(part, whole, cut);
		part->nlmsg_len = cut;
		uint64_t rate_bps = station_rate_bps(part);
		assert_true(rate_bps == 0 || rate_bps == 54000000);
		test_free(part);
	}
	nlmsg_free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_rates_of_every_kind),
		cmocka_unit_test(test_what_is_not_said_is_unknown),
		cmocka_unit_test(test_cut_messages_say_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/station", tests, NULL, NULL);
}
