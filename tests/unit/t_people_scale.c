/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ten thousand people over two hundred customers, with what real tenancies do
 * to addresses and names: wrong automatic links must be none, and how many
 * are missed is printed.  The truth is known because the world is made here.
 */
#include "check_kit.h"

#include "base/map.h"
#include "check/people.h"
#include "model/sink.h"

#define CUSTOMERS 200
#define PEOPLE 50	/* of each */

/* What an account shows of the person it belongs to. */
enum shape {
	BY_ADDRESS,	/* the registered address, perhaps in capitals */
	BY_ALIAS,	/* a second registered address */
	BY_ID,		/* the immutable id alone, address changed */
	BY_PLUS,	/* plus-addressed; nothing says it is the same */
	BY_PATTERN,	/* an admin account that the customer's pattern knows */
	BY_NAME,	/* no address; the name alone, at home */
	BY_LOGIN,	/* a short login, at home */
	RENAMED,	/* a new address and name that no register knows */
	BY_PROXY,	/* a new address that the directory knows, too */
	BY_SOURCE,	/* the id that the directory gave the person */
	SHAPES
};

/* The truth, by tenancy and account: the person's id, "" for nobody's. */
static struct ep_map truth;
static int64_t shapes[SHAPES];
static int64_t handed;	/* accounts whose address two people claim */
static uint64_t seed = UINT64_C(0x5eed);

static unsigned draw(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static const char *const firsts[] = { "Ana", "Bo",  "Cy",  "Dee", "Eva",
				      "Fay", "Gil", "Hal", "Ivo", "Jo" };
static const char *const lasts[] = { "Lima", "Ray", "Ott", "Moe", "Vale",
				     "Berg", "Tan", "Rao", "Ode", "Reed" };

struct writer {
	struct ep_sink sink;
	void *dataset;
	struct ep_err err;
};

static struct ep_cell text_cell(const char *s)
{
	return (struct ep_cell){ .state = s ? EP_CELL_VALUE : EP_CELL_NULL,
				 .text = s };
}

static void put(struct writer *wr, enum ep_kind kind,
		const char *const *pairs)
{
	const struct ep_entity *entity = ep_entity(kind);
	struct ep_row row = { .kind = kind };
	bool repeat;

	for (int i = 0; i < entity->columns; i++)
		row.cell[i].state = EP_CELL_NULL;
	for (; pairs[0]; pairs += 2) {
		if (strcmp(pairs[0], "attr") == 0)
			row.attr = pairs[1];
		else
			row.cell[ep_entity_column(entity, pairs[0])] =
				text_cell(pairs[1]);
	}
	if (wr->sink.row(wr->sink.to, wr->dataset, &row, &repeat, &wr->err))
		fail_msg("%s", wr->err.msg);
}

static void begin(struct writer *wr, const char *customer, const char *system,
		  const char *tenant, const char *name, unsigned kinds)
{
	struct ep_dataset_ref ref = {
		.customer = customer, .system = system, .tenant = tenant,
		.name = name, .connector = system, .connector_version = 1,
		.kinds = kinds, .max_age = 86400,
	};

	if (wr->sink.begin(wr->sink.to, &ref, &wr->dataset, &wr->err))
		fail_msg("%s", wr->err.msg);
}

static void end(struct writer *wr)
{
	struct ep_coverage coverage;

	ep_coverage_init(&coverage);
	coverage.started_at = coverage.ended_at = KIT_NOW;
	if (wr->sink.end(wr->sink.to, wr->dataset, &coverage, &wr->err))
		fail_msg("%s", wr->err.msg);
	ep_coverage_release(&coverage);
}

struct human {
	char id[32], name[32], address[64], alias[64], guid[48], login[16];
	/* Known to the customer's directory alone. */
	char maiden[64], oid[48];
};

/* Names repeat over customers and within one; addresses do not. */
static struct human make(int customer, int n)
{
	struct human h;
	const char *first = firsts[draw(10)], *last = lasts[draw(10)];

	snprintf(h.id, sizeof(h.id), "c%d-p%d", customer, n);
	snprintf(h.name, sizeof(h.name), "%s %s", first, last);
	snprintf(h.address, sizeof(h.address), "%s.%s%d@c%d.example", first,
		 last, n, customer);
	snprintf(h.alias, sizeof(h.alias), "%c%s%d@old-c%d.example",
		 first[0], last, n, customer);
	snprintf(h.guid, sizeof(h.guid), "%08x-0000-4000-8000-%06x%06x",
		 (unsigned)(customer * 1000 + n), (unsigned)customer,
		 (unsigned)n);
	snprintf(h.maiden, sizeof(h.maiden), "%s.maiden%d@c%d.example", first,
		 n, customer);
	ep_str_lower(h.maiden);
	snprintf(h.oid, sizeof(h.oid), "%08x-eeee-4000-8000-%06x%06x",
		 (unsigned)(customer * 1000 + n), (unsigned)customer,
		 (unsigned)n);
	/* Short logins collide between customers, as they do. */
	snprintf(h.login, sizeof(h.login), "%c%s%d", first[0], last, n);
	ep_str_lower(h.address);
	ep_str_lower(h.alias);
	ep_str_lower(h.login);
	return h;
}

static void register_human(struct writer *wr, const struct human *h,
			   const char *employer)
{
	put(wr, EP_KIND_person,
	    (const char *const[]){ "id", h->id, "name", h->name, "employer",
				   employer, NULL });
	put(wr, EP_KIND_alias,
	    (const char *const[]){ "person", h->id, "address", h->address,
				   NULL });
	put(wr, EP_KIND_alias,
	    (const char *const[]){ "person", h->id, "address", h->alias,
				   NULL });
	put(wr, EP_KIND_alias,
	    (const char *const[]){ "person", h->id, "address", h->guid, NULL });
	put(wr, EP_KIND_alias,
	    (const char *const[]){ "person", h->id, "address", h->login,
				   NULL });
}

static void account(struct writer *wr, const char *tenant, const char *id,
		    const char *email, const char *login, const char *name,
		    const char *external, const char *person)
{
	char key[96];

	put(wr, EP_KIND_account,
	    (const char *const[]){ "id", id, "email", email, "login", login,
				   "name", name, "external_id", external,
				   NULL });
	snprintf(key, sizeof(key), "%s %s", tenant, id);
	ep_map_set(&truth, key, ep_strdup(person));
}

static void account_of(struct writer *wr, const char *tenant, int n,
		       const struct human *h, enum shape shape)
{
	char id[32], other[96], upper[64];
	size_t at = strcspn(h->address, "@");

	snprintf(id, sizeof(id), "a%d", n);
	shapes[shape]++;
	switch (shape) {
	case BY_ADDRESS:
		snprintf(upper, sizeof(upper), "%s", h->address);
		upper[0] = (char)(upper[0] - 32);
		account(wr, tenant, id, upper, NULL, h->name, NULL, h->id);
		break;
	case BY_ALIAS:
		account(wr, tenant, id, h->alias, NULL, NULL, NULL, h->id);
		break;
	case BY_ID:
		snprintf(other, sizeof(other), "new%d%s", n, h->address + at);
		account(wr, tenant, id, other, NULL, "Other Name", h->guid,
			h->id);
		break;
	case BY_PLUS:
		snprintf(other, sizeof(other), "%.*s+print%s", (int)at,
			 h->address, h->address + at);
		account(wr, tenant, id, other, NULL, NULL, NULL, h->id);
		break;
	case BY_PATTERN:
		snprintf(other, sizeof(other), "adm-%s", h->address);
		account(wr, tenant, id, other, NULL, NULL, NULL, h->id);
		break;
	case BY_NAME:
		account(wr, tenant, id, NULL, NULL, h->name, NULL, h->id);
		break;
	case BY_LOGIN:
		account(wr, tenant, id, NULL, h->login, NULL, NULL, h->id);
		break;
	case BY_PROXY:
		handed += n % 10 == 1;
		account(wr, tenant, id, h->maiden, NULL, "Maiden Name", NULL,
			h->id);
		break;
	case BY_SOURCE:
		account(wr, tenant, id, NULL, NULL, "Other Name", h->oid,
			h->id);
		break;
	case RENAMED:
	case SHAPES:
		snprintf(other, sizeof(other), "x%d%s", n, h->address + at);
		account(wr, tenant, id, other, NULL, "Married Name", NULL,
			h->id);
		break;
	}
}

/* The directory, with the addresses and the id that only it knows.  Every
 * tenth person has taken over an address of the next one, who is listed with
 * it still: whose it is now is not clear. */
static void directory_of(struct writer *wr, const char *tenant, int n,
			 const struct human *h, const struct human *next)
{
	char attr[300], key[96];

	snprintf(attr, sizeof(attr), "{\"proxyAddresses\":[\"SMTP:%s\","
		 "\"smtp:%s\"%s%s%s]}", h->address, h->maiden,
		 n % 10 ? "" : ",\"smtp:", n % 10 ? "" : next->maiden,
		 n % 10 ? "" : "\"");
	put(wr, EP_KIND_account,
	    (const char *const[]){ "id", h->oid, "email", h->address, "attr",
				   attr, NULL });
	snprintf(key, sizeof(key), "%s %s", tenant, h->oid);
	ep_map_set(&truth, key, ep_strdup(h->id));
}

/* People whom no register knows and who look like some that it knows. */
static void strangers(struct writer *wr, const char *tenant, int customer,
		      const struct human *h)
{
	char id[32], other[96];

	/* The same name and login at another customer. */
	snprintf(id, sizeof(id), "s-name-%d", customer);
	account(wr, tenant, id, NULL, NULL, h->name, NULL, "");
	snprintf(id, sizeof(id), "s-login-%d", customer);
	account(wr, tenant, id, NULL, h->login, NULL, NULL, "");
	/* The same local part elsewhere, and a domain that only ends alike. */
	snprintf(other, sizeof(other), "%.*s@elsewhere.example",
		 (int)strcspn(h->address, "@"), h->address);
	snprintf(id, sizeof(id), "s-local-%d", customer);
	account(wr, tenant, id, other, NULL, h->name, NULL, "");
	snprintf(other, sizeof(other), "%s.evil.example", h->address);
	snprintf(id, sizeof(id), "s-suffix-%d", customer);
	account(wr, tenant, id, other, NULL, NULL, NULL, "");
	/* A shared mailbox without a person. */
	snprintf(id, sizeof(id), "s-info-%d", customer);
	snprintf(other, sizeof(other), "info@c%d.example", customer);
	account(wr, tenant, id, other, NULL, "Info", NULL, "");
}

static char *world_text(void)
{
	struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_adds(&out, "customers:\n- {id: msp, msp: true}\n");
	for (int c = 0; c < CUSTOMERS; c++)
		ep_buf_addf(&out,
			    "- {id: c%d, domains: [c%d.example], aliases: "
			    "[{pattern: '^adm-(.+)@c%d\\.example$', address: "
			    "'$1@c%d.example'}]}\n",
			    c, c, c, c);
	ep_buf_adds(&out, "tenants:\n");
	for (int c = 0; c < CUSTOMERS; c++)
		ep_buf_addf(&out, "- {tenant: printix/t%d, customer: c%d}\n",
			    c, c);
	return ep_buf_take(&out);
}

/* Somebody of another customer whose short login nobody here has: within a
 * tenancy a login is one person's. */
static const struct human *pick(const struct human *here,
				const struct human *there)
{
	for (;;) {
		const struct human *it = &there[draw(PEOPLE)];
		int n = 0;

		while (n < PEOPLE && strcmp(here[n].login, it->login) != 0)
			n++;
		if (n == PEOPLE)
			return it;
	}
}

/* --- the comparison ----------------------------------------------------------- */

struct score {
	int64_t right, wrong, open, missed, nobody;
};

static void judge(struct kit *kit, struct score *score)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_map certain, maybe;
	struct ep_map_entry *e;
	struct ep_stmt *stmt;
	size_t pos = 0;
	bool row;

	ep_map_init(&certain);
	ep_map_init(&maybe);
	assert_int_equal(ep_db_prepare(ep_store_db(kit->store),
				       "SELECT substr(tenant, 9) || ' ' ||"
				       " account, person, certain FROM"
				       " person_link",
				       &stmt, &err), 0);
	while (ep_db_step(stmt, &row, &err) == 0 && row) {
		const char *key = ep_db_col_text(stmt, 0);
		const char *person = ep_db_col_text(stmt, 1);
		const char *is = ep_map_get(&truth, key);

		assert_non_null(is);
		if (ep_db_col_int(stmt, 2)) {
			if (strcmp(is, person) != 0)
				print_message("wrong: %s is '%s', not '%s'\n",
					      key, is, person);
			score->wrong += strcmp(is, person) != 0;
			score->right += strcmp(is, person) == 0;
			ep_map_set(&certain, key, score);
		} else if (strcmp(is, person) == 0) {
			ep_map_set(&maybe, key, score);
		}
	}
	ep_db_done(stmt);
	while ((e = ep_map_next(&truth, &pos))) {
		if (!*(const char *)e->value)
			score->nobody++;
		else if (ep_map_get(&certain, e->key))
			continue;
		else if (ep_map_get(&maybe, e->key))
			score->open++;
		else
			score->missed++;
	}
	ep_map_release(&certain, NULL);
	ep_map_release(&maybe, NULL);
}

static void fill(struct kit *kit)
{
	static struct human humans[CUSTOMERS][PEOPLE];
	struct ep_run_info info = { .kind = "night", .program = "test" };
	struct writer wr = { .err = EP_ERR_INIT };
	char tenant[16], customer[16];
	int64_t run;

	if (ep_store_run_begin(kit->store, &info, kit->config, &run, &wr.err))
		fail_msg("%s", wr.err.msg);
	ep_store_sink(kit->store, &wr.sink);
	begin(&wr, "msp", "register", "msp", "register.leavers",
	      1u << EP_KIND_person | 1u << EP_KIND_alias);
	for (int c = 0; c < CUSTOMERS; c++)
		for (int n = 0; n < PEOPLE; n++) {
			snprintf(customer, sizeof(customer), "c%d", c);
			humans[c][n] = make(c, n);
			register_human(&wr, &humans[c][n], customer);
		}
	end(&wr);
	for (int c = 0; c < CUSTOMERS; c++) {
		snprintf(tenant, sizeof(tenant), "t%d", c);
		snprintf(customer, sizeof(customer), "c%d", c);
		begin(&wr, customer, "printix", tenant, "printix.users",
		      1u << EP_KIND_account);
		for (int n = 0; n < PEOPLE; n++)
			account_of(&wr, tenant, n, &humans[c][n],
				   (enum shape)draw(SHAPES));
		strangers(&wr, tenant, c,
			  pick(humans[c], humans[(c + 1) % CUSTOMERS]));
		end(&wr);
		begin(&wr, customer, "printix", tenant, "entra.users",
		      1u << EP_KIND_account);
		for (int n = 0; n < PEOPLE; n++)
			directory_of(&wr, tenant, n, &humans[c][n],
				     &humans[c][(n + 1) % PEOPLE]);
		end(&wr);
	}
	if (ep_store_flush(kit->store, &wr.err) ||
	    ep_store_run_end(kit->store, true, 0, 0, 0, &wr.err) ||
	    ep_store_as_of(kit->store, 0, &wr.err))
		fail_msg("%s", wr.err.msg);
}

static void test_ten_thousand(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;
	struct score score = { 0 };
	char *world = world_text();

	ep_map_init(&truth);
	kit_night(kit, world);
	ep_free(world);
	fill(kit);
	if (ep_check_schema(ep_store_db(kit->store), &err) < 0 ||
	    ep_people_link(ep_store_db(kit->store), kit->config, &err) < 0)
		fail_msg("%s", err.msg);
	judge(kit, &score);
	print_message("%d people, %d customers: %lld linked rightly, "
		      "%lld wrongly, %lld left to a human, %lld missed, "
		      "%lld accounts of nobody\n",
		      CUSTOMERS * PEOPLE, CUSTOMERS, (long long)score.right,
		      (long long)score.wrong, (long long)score.open,
		      (long long)score.missed, (long long)score.nobody);
	assert_int_equal(score.wrong, 0);
	/* What the register knows is found, all of it. */
	assert_int_equal(score.right,
			 shapes[BY_ADDRESS] + shapes[BY_ALIAS] +
				 shapes[BY_ID] + shapes[BY_PATTERN] +
				 shapes[BY_LOGIN] + shapes[BY_PROXY] - handed +
				 shapes[BY_SOURCE] + CUSTOMERS * PEOPLE);
	/* What only looks alike is a question, not an answer. */
	assert_int_equal(score.open,
			 shapes[BY_PLUS] + shapes[BY_NAME] + handed);
	assert_true(handed > 0);
	assert_int_equal(score.missed, shapes[RENAMED]);
	ep_map_release(&truth, ep_free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ten_thousand, kit_up,
						kit_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
