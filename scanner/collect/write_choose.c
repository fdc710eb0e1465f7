/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that the tenancy's own settings decide, such as which kind of note
 * only the MSP can see.  They are chosen by their labels; when none is one
 * that the connector knows, nothing is written.
 */
#include "collect/write_priv.h"

#include <string.h>

#include "base/str.h"

/* What is chosen so far. */
struct search {
	const struct ep_spec_choice *choice;
	size_t best; /* index in labels; their number: none yet */
	char *value;
	struct ep_buf seen; /* labels that there were, for a message */
};

static bool text_of(const struct ep_json *json, const char *path,
		    struct ep_buf *out)
{
	ep_buf_clear(out);
	return ep_mapper_value(json, path, EP_AS_TEXT, NULL, out) && out->s;
}

static void weigh(struct search *search, const struct ep_json *json)
{
	const struct ep_spec_choice *choice = search->choice;
	struct ep_buf label, value;
	size_t i = 0;

	ep_buf_init(&label, EP_TEXT_BYTES_MAX);
	ep_buf_init(&value, EP_TEXT_BYTES_MAX);
	if (text_of(json, choice->label, &label)) {
		ep_buf_adds(&search->seen, search->seen.len ? ", " : "");
		ep_str_printable(&search->seen, label.s, label.len);
		while (i < choice->labels.n &&
		       !ep_str_eqcase(choice->labels.v[i], label.s))
			i++;
	} else {
		i = choice->labels.n;
	}
	if (i < search->best && text_of(json, choice->value, &value)) {
		search->best = i;
		ep_free(search->value);
		search->value = ep_buf_take(&value);
	}
	ep_buf_release(&label);
	ep_buf_release(&value);
}

static bool meant(const struct ep_spec_choice *choice,
		  const struct ep_json *record)
{
	struct ep_buf value;
	bool same;

	if (!choice->when)
		return true;
	ep_buf_init(&value, EP_TEXT_BYTES_MAX);
	same = text_of(record, choice->when, &value) &&
	       ep_str_eqcase(value.s, choice->when_is);
	ep_buf_release(&value);
	return same;
}

static void take(void *to, const struct ep_json *record)
{
	struct search *search = to;
	const struct ep_json *array = NULL;

	if (!meant(search->choice, record))
		return;
	if (!search->choice->each) {
		weigh(search, record);
		return;
	}
	if (ep_json_path(record, search->choice->each, &array) !=
		    EP_JSON_PRESENT ||
	    ep_json_type(array) != EP_JSON_ARRAY)
		return;
	for (array = ep_json_first(array); array; array = ep_json_next(array))
		weigh(search, array);
}

static int choose(struct ep_writing *writing,
		  const struct ep_spec_choice *choice, struct ep_err *err)
{
	struct search search = { .choice = choice, .best = choice->labels.n };
	struct ep_buf name;
	int rc;

	ep_buf_init(&search.seen, 400);
	ep_buf_init(&name, 128);
	rc = ep_writing_read(writing, &choice->read, take, &search, err);
	if (rc == 0 && !search.value)
		rc = ep_err_set(err, EP_ECONFIG,
				"which '%s' is an internal one is not known: "
				"there are %s; nothing was written (the "
				"connector's labels: say which)",
				choice->name,
				search.seen.len ? search.seen.s : "none");
	if (rc == 0) {
		ep_buf_addf(&name, "choose.%s", choice->name);
		ep_writing_name(writing, name.s, ep_take(&search.value));
	}
	ep_free(search.value);
	ep_buf_release(&search.seen);
	ep_buf_release(&name);
	return rc;
}

int ep_write_choose(struct ep_writing *writing, struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < writing->spec->choices.n; i++)
		rc = choose(writing, &writing->spec->choices.v[i], err);
	return rc;
}
