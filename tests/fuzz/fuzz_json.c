/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON door under arbitrary bytes.  Beyond "no crash": what the check
 * accepts the parser must take, and what we write of it must read back as the
 * same value.
 */
#include "ext/json.h"
#include "fuzz.h"

/* Every reader once on every value. */
static void read_all(const struct ep_json *json, struct ep_buf *text)
{
	const struct ep_json *value, *found;
	int64_t number;
	double real;

	ep_buf_clear(text);
	ep_json_int(json, &number);
	ep_json_double(json, &real);
	ep_json_scalar(json, text);
	for (value = ep_json_first(json); value; value = ep_json_next(value)) {
		const char *name = ep_json_name(value);

		if (name)
			must(ep_json_get(json, name, &found) != EP_JSON_ABSENT);
		read_all(value, text);
	}
}

static void round_trip(const struct ep_json *json, size_t size)
{
	EP_AUTO(ep_buf_release) struct ep_buf once =
		EP_BUF_INIT(size * 8 + 1000);
	EP_AUTO(ep_buf_release) struct ep_buf twice =
		EP_BUF_INIT(size * 8 + 1000);
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *back = NULL;
	size_t altered = 1;

	read_all(json, &once);
	ep_buf_clear(&once);
	ep_json_canon(&once, json);
	must(!once.overflow);
	must(ep_json_parse(once.s, once.len, &back, &altered, &err) == 0);
	must(altered == 0);
	ep_json_canon(&twice, back);
	must(once.len == twice.len && !memcmp(once.s, twice.s, once.len));
	ep_json_free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *json = NULL;
	EP_AUTO_FREE char *copy = ep_alloc(size);
	int check, rc;

	if (size)
		memcpy(copy, data, size);
	check = ep_json_check(copy, size, &err);
	rc = ep_json_parse(copy, size, &json, NULL, &err);
	must(check == rc);
	must(rc != EP_EBUG);
	if (rc)
		return 0;
	round_trip(json, size);
	ep_json_free(json);
	return 0;
}
