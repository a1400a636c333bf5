/* A walk over chains in the JSON of libnftables-json(5). Of each rule it is found out whether it
 * matches: yes, no, or open. Only rules that surely match are carried out; one that is open and
 * would accept casts doubt on a later drop, one that is open and would drop is passed over. nft
 * leaves out of its listing what a match implies, as `tcp dport` does TCP: such a match fails on
 * another protocol whatever its operator. */
#include "tools/doctor/filter.h"

#include "tools/doctor/match.h"

#include <string.h>

enum { JUMPS = 16 }; /* the kernel's own bound, NFT_JUMP_STACK_SIZE */

enum outcome {
	OUTCOME_ON, /* goes on behind this */
	OUTCOME_RETURN,
	OUTCOME_ACCEPT,
	OUTCOME_DROP,
};

struct walk {
	const json_t *ruleset;
	const json_t *table; /* a base chain's object: family and table of all it jumps to */
	const struct sample *sample;
	const char *by; /* the chain that dropped */
	bool doubt;	/* a rule that is open might have accepted before */
	int jumps;
};

static bool same(const json_t *a, const json_t *b, const char *member)
{
	const json_t *value = json_object_get(a, member);

	return value != NULL && json_equal(value, json_object_get(b, member));
}

static enum outcome chain_walk(struct walk *walk, const char *name);

/* What a verdict does: {"drop": null}, {"jump": {"target": ...}}. */
static enum outcome verdict_follow(struct walk *walk, const json_t *verdict, const char *chain)
{
	const json_t *to = json_object_get(verdict, "jump");
	const char *target;
	enum outcome outcome;

	if (json_object_get(verdict, "accept") != NULL)
		return OUTCOME_ACCEPT;
	if (json_object_get(verdict, "drop") != NULL ||
	    json_object_get(verdict, "reject") != NULL) {
		walk->by = chain;
		return OUTCOME_DROP;
	}
	if (json_object_get(verdict, "return") != NULL)
		return OUTCOME_RETURN;
	to = to != NULL ? to : json_object_get(verdict, "goto");
	target = json_string_value(json_object_get(to, "target"));
	if (target == NULL)
		return OUTCOME_ON;
	outcome = chain_walk(walk, target);
	if (outcome != OUTCOME_RETURN && outcome != OUTCOME_ON)
		return outcome;
	return json_object_get(verdict, "goto") != NULL ? OUTCOME_RETURN : OUTCOME_ON;
}

/* A verdict of a rule that may match or not: only what it might accept is remembered. */
static void verdict_doubt(struct walk *walk, const json_t *verdict, const char *chain)
{
	const char *by = walk->by;
	enum outcome outcome = verdict_follow(walk, verdict, chain);

	walk->doubt |= outcome == OUTCOME_ACCEPT || outcome == OUTCOME_RETURN;
	walk->by = by;
}

/* The map of a vmap statement: the verdict of the element that fits. An element that may fit is as
 * a rule that may match. */
static enum outcome map_follow(struct walk *walk, const json_t *map, const char *chain)
{
	const json_t *set = json_object_get(json_object_get(map, "data"), "set"), *element;
	size_t i;

	/* A named map is not looked up. */
	walk->doubt |= set == NULL;
	json_array_foreach(set, i, element)
	{
		const json_t *verdict = json_array_get(element, 1);

		switch (match_value(walk->sample, json_object_get(map, "key"),
				    json_array_get(element, 0))) {
		case TRUTH_YES:
			return verdict_follow(walk, verdict, chain);
		case TRUTH_OPEN:
			verdict_doubt(walk, verdict, chain);
			break;
		case TRUTH_NO:
			break;
		}
	}
	return OUTCOME_ON;
}

/* Statements that change nothing about where a packet goes. */
static bool is_remark(const json_t *statement)
{
	static const char *const remarks[] = {"counter", "log",	 "mangle", "notrack",  "set",
					      "map",	 "flow", "dup",	   "ct helper"};

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (json_object_get(statement, remarks[i]) != NULL)
			return true;
	return false;
}

static bool is_verdict(const json_t *statement)
{
	static const char *const verdicts[] = {"accept", "drop", "reject",  "return",
					       "jump",	 "goto", "continue"};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (json_object_get(statement, verdicts[i]) != NULL)
			return true;
	return false;
}

static enum outcome rule_walk(struct walk *walk, const json_t *rule)
{
	const char *chain = json_string_value(json_object_get(rule, "chain"));
	const json_t *statement, *part;
	enum truth truth = TRUTH_YES;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, statement)
	{
		if ((part = json_object_get(statement, "match")) != NULL)
			truth = truth_both(truth, match_judge(walk->sample, part));
		else if ((part = json_object_get(statement, "vmap")) != NULL && truth == TRUTH_YES)
			return map_follow(walk, part, chain);
		else if (is_verdict(statement) && truth == TRUTH_YES)
			return verdict_follow(walk, statement, chain);
		else if (is_verdict(statement))
			verdict_doubt(walk, statement, chain);
		else if (!is_remark(statement))
			truth = truth_both(truth, TRUTH_OPEN);
		if (truth == TRUTH_NO)
			return OUTCOME_ON;
	}
	return OUTCOME_ON;
}

static enum outcome chain_walk(struct walk *walk, const char *name)
{
	enum outcome outcome = OUTCOME_ON;
	const json_t *entry;
	size_t i;

	if (walk->jumps == JUMPS) {
		walk->doubt = true;
		return OUTCOME_ON;
	}
	walk->jumps++;
	json_array_foreach(json_object_get(walk->ruleset, "nftables"), i, entry)
	{
		const json_t *rule = json_object_get(entry, "rule");
		const char *chain = json_string_value(json_object_get(rule, "chain"));

		if (chain == NULL || strcmp(chain, name) != 0 || outcome != OUTCOME_ON ||
		    !same(rule, walk->table, "family") || !same(rule, walk->table, "table"))
			continue;
		outcome = rule_walk(walk, rule);
	}
	walk->jumps--;
	return outcome;
}

enum passage filter_pass(const json_t *ruleset, const json_t *chain, const struct sample *sample,
			 const char **by)
{
	struct walk walk = {.ruleset = ruleset, .table = chain, .sample = sample};
	const char *name = json_string_value(json_object_get(chain, "name"));
	const char *policy = json_string_value(json_object_get(chain, "policy"));
	enum outcome outcome = chain_walk(&walk, name);

	*by = outcome == OUTCOME_DROP ? walk.by : name;
	if (outcome != OUTCOME_DROP &&
	    (outcome == OUTCOME_ACCEPT || policy == NULL || strcmp(policy, "drop") != 0))
		return PASSAGE_FREE;
	return walk.doubt ? PASSAGE_DOUBTED : PASSAGE_BARRED;
}
