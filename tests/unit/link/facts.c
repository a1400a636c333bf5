/* Which answers of the kernel describe a link: Ethernet, nobody else's port, and running only with
 * all three flags. The answers are made here; no interface is touched. */
#include "link/facts.h"

#include <linux/if_arp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t lladdr[LINK_LLADDR] = {0x02, 1, 2, 3, 4, 5};

/* An interface of no real name, so that sysfs has nothing to say about it. */
static struct rtnl_link *interface_make(unsigned int type, size_t lladdr_size, unsigned int flags)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_addr *address = nl_addr_build(AF_LLC, lladdr, lladdr_size);

	rtnl_link_set_ifindex(link, 7);
	rtnl_link_set_name(link, "no/such/link");
	rtnl_link_set_mtu(link, 1400);
	rtnl_link_set_arptype(link, type);
	rtnl_link_set_addr(link, address);
	rtnl_link_set_flags(link, flags);
	nl_addr_put(address);
	return link;
}

static void test_reads_an_ethernet_interface(void **state)
{
	struct rtnl_link *link = interface_make(ARPHRD_ETHER, 6, IFF_UP);
	struct link_facts facts;

	assert_true(facts_read(link, &facts));
	assert_int_equal(facts.ifindex, 7);
	assert_string_equal(facts.name, "no/such/link");
	assert_memory_equal(facts.lladdr, lladdr, LINK_LLADDR);
	assert_int_equal(facts.mtu, 1400);
	assert_false(facts.running);
	assert_false(facts.radio);
	rtnl_link_put(link);
}

static void test_refuses_what_is_not_ethernet(void **state)
{
	static const struct {
		unsigned int type;
		size_t lladdr_size;
	} others[] = {{ARPHRD_LOOPBACK, 6}, {ARPHRD_NONE, 0},  {ARPHRD_IEEE80211_RADIOTAP, 6},
		      {ARPHRD_SIT, 4},	    {ARPHRD_ETHER, 4}, {ARPHRD_ETHER, 0}};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct rtnl_link *link =
			interface_make(others[i].type, others[i].lladdr_size, IFF_UP);
		struct link_facts facts = {.ifindex = 99};

		assert_false(facts_read(link, &facts));
		assert_int_equal(facts.ifindex, 99);
		rtnl_link_put(link);
	}
}

static void test_refuses_ports_but_not_members_of_a_vrf(void **state)
{
	static const struct {
		const char *owner;
		bool link;
	} owners[] = {{"bridge", false}, {"bond", false}, {"vrf", true}};
	struct link_facts facts;

	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		struct rtnl_link *link = interface_make(ARPHRD_ETHER, 6, IFF_UP);

		rtnl_link_set_master(link, 3);
		assert_false(facts_read(link, &facts));
		assert_int_equal(rtnl_link_set_slave_type(link, owners[i].owner), 0);
		assert_int_equal(facts_read(link, &facts), owners[i].link);
		rtnl_link_put(link);
	}
}

static void test_runs_only_with_all_flags(void **state)
{
	static const unsigned int flags[] = {IFF_UP, IFF_RUNNING, IFF_LOWER_UP};

	for (unsigned int set = 0; set < 8; set++) {
		struct rtnl_link *link = interface_make(ARPHRD_ETHER, 6, 0);
		struct link_facts facts;

		for (size_t i = 0; i < 3; i++)
			if (set & 1U << i)
				rtnl_link_set_flags(link, flags[i]);
		assert_true(facts_read(link, &facts));
		assert_int_equal(facts.running, set == 7);
		rtnl_link_put(link);
	}
}

static void test_is_shaped_by_a_discipline_somebody_chose(void **state)
{
	static const struct {
		const char *discipline;
		bool shaped;
	} cases[] = {{"noqueue", false}, {"mq", false}, {"pfifo_fast", false}, {"fq_codel", false},
		     {"tbf", true},	 {"htb", true}, {"cake", true},	       {"netem", true}};
	struct link_facts facts;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rtnl_link *link = interface_make(ARPHRD_ETHER, 6, IFF_UP);

		assert_true(facts_read(link, &facts));
		assert_false(facts.shaped);
		rtnl_link_set_qdisc(link, cases[i].discipline);
		assert_true(facts_read(link, &facts));
		assert_int_equal(facts.shaped, cases[i].shaped);
		rtnl_link_put(link);
	}
}

static void test_a_radio_keeps_its_rate_while_it_changes_little(void **state)
{
	static const struct {
		bool radio;
		uint64_t last, now, told;
	} cases[] = {{true, 400, 300, 400}, {true, 400, 299, 299}, {true, 400, 500, 400},
		     {true, 400, 501, 501}, {true, 0, 1, 1},	   {true, 400, 0, 0},
		     {true, 0, 0, 0},	    {false, 400, 401, 401}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct link_facts last = {.rate_bps = cases[i].last};
		struct link_facts now = {.radio = cases[i].radio, .rate_bps = cases[i].now};

		facts_steady(&now, &last);
		assert_int_equal(now.rate_bps, cases[i].told);
	}
}

static void test_equality_sees_every_fact(void **state)
{
	const struct link_facts one = {.ifindex = 1, .name = "eth0", .mtu = 1500};
	struct link_facts others[] = {one, one, one, one, one, one, one};

	assert_true(facts_equal(&one, &others[0]));
	others[0].name[3] = '1';
	others[1].lladdr[5] = 1;
	others[2].mtu = 1499;
	others[3].running = true;
	others[4].radio = true;
	others[5].shaped = true;
	others[6].watched = true;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(facts_equal(&one, &others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_an_ethernet_interface),
		cmocka_unit_test(test_refuses_what_is_not_ethernet),
		cmocka_unit_test(test_refuses_ports_but_not_members_of_a_vrf),
		cmocka_unit_test(test_runs_only_with_all_flags),
		cmocka_unit_test(test_is_shaped_by_a_discipline_somebody_chose),
		cmocka_unit_test(test_a_radio_keeps_its_rate_while_it_changes_little),
		cmocka_unit_test(test_equality_sees_every_fact),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/facts", tests, NULL, NULL);
}
