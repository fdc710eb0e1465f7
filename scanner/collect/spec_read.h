/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the connector loader: one file in the middle of being read, and
 * the small readers that its sections share.
 */
#ifndef EP_SPEC_READ_H
#define EP_SPEC_READ_H

#include "base/clock.h"
#include "collect/spec.h"
#include "ext/yaml.h"

struct ep_spec_reader {
	struct ep_spec *spec;
	struct ep_diag *diag;
	const char *file;
};

/* Which names a text may hold in braces besides params and bases. */
#define EP_SPEC_NAMES_CREDENTIAL 1u	/* params and secrets of credential */
#define EP_SPEC_NAMES_TOKEN 2u		/* {token} */
#define EP_SPEC_NAMES_ASSERTION 4u	/* {assertion} */
#define EP_SPEC_NAMES_TENANT 8u		/* {tenant} */
#define EP_SPEC_NAMES_PARENT 16u	/* {parent.PATH} */
#define EP_SPEC_NAMES_ACCESS 32u	/* params of any credential */
#define EP_SPEC_NAMES_PAGER 64u		/* {cursor}, {page}, {offset} */
#define EP_SPEC_NAMES_LOCATED 128u	/* {located} */
#define EP_SPEC_NAMES_SINCE 256u	/* {since} */
#define EP_SPEC_NAMES_WRITE 512u	/* {ticket}, {text} ... */

void ep_spec_complain(const struct ep_spec_reader *rd,
		      const struct ep_yaml *at, const char *fmt, ...)
	EP_PRINTF(3, 4);
/* The same at a line, for what is found once all is read. */
void ep_spec_complain_line(const struct ep_spec_reader *rd, int line,
			   const char *fmt, ...) EP_PRINTF(3, 4);

/* The member as a mapping or list; NULL without a complaint when absent. */
const struct ep_yaml *ep_spec_map(const struct ep_spec_reader *rd,
				  const struct ep_yaml *map, const char *key);
const struct ep_yaml *ep_spec_list(const struct ep_spec_reader *rd,
				   const struct ep_yaml *map, const char *key);
/* False, with a complaint, when the node is no mapping. */
bool ep_spec_is_map(const struct ep_spec_reader *rd, const struct ep_yaml *node,
		    const char *what);

/* Owned copy of a text member, NULL when absent. */
char *ep_spec_text(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key);
/* The same, absence is a complaint. */
char *ep_spec_must(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, const char *what);
/* The same as ep_spec_text, for a path inside a JSON document. */
char *ep_spec_json_path(const struct ep_spec_reader *rd,
			const struct ep_yaml *map, const char *key);
/* Elements of a list of texts, or one text. */
void ep_spec_words(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, struct ep_words *to);
void ep_spec_words_of(const struct ep_spec_reader *rd,
		      const struct ep_yaml *node, struct ep_words *to);
void ep_spec_pairs(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, struct ep_pairs *to);
bool ep_spec_bool(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		  const char *key);
/* Leaves *ret when absent. */
void ep_spec_int(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		 const char *key, int64_t min, int64_t max, int64_t *ret);
/* Index of the word in the NULL-ended list; fallback when absent or wrong. */
int ep_spec_choice(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, const char *const *words, int fallback);

/* [a-z0-9_-], at most 64 characters. */
bool ep_spec_name_valid(const char *name);
/* A path of fields: as of ep_json_path, or ".", "^.x", "^name". */
bool ep_spec_field_path_valid(const char *path);

/* The sections. */
void ep_spec_read_credentials(struct ep_spec_reader *rd,
			      const struct ep_yaml *top);
/* granted: of a credential, and what it refers to. */
void ep_spec_read_granted(struct ep_spec_reader *rd,
			  const struct ep_yaml *node,
			  struct ep_spec_credential *credential);
void ep_spec_check_granted(struct ep_spec_reader *rd);
void ep_spec_granted_release(struct ep_spec_granted *granted);

/* who: of a credential, and what it refers to. */
void ep_spec_read_who(struct ep_spec_reader *rd, const struct ep_yaml *node,
		      struct ep_spec_credential *c);
void ep_spec_check_who(struct ep_spec_reader *rd);
void ep_spec_who_release(struct ep_spec_who *who);
void ep_spec_read_limits(struct ep_spec_reader *rd, const struct ep_yaml *top);
void ep_spec_read_page(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       struct ep_spec_page *page);
void ep_spec_read_endpoints(struct ep_spec_reader *rd,
			    const struct ep_yaml *top);
/* rights: of the endpoint at this index, as an endpoint of its own. */
void ep_spec_read_rights(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 size_t index);
/* incremental: of an endpoint that is otherwise read. */
void ep_spec_read_changes(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  struct ep_spec_endpoint *e);
void ep_spec_read_imports(struct ep_spec_reader *rd, const struct ep_yaml *top);
void ep_spec_read_writes(struct ep_spec_reader *rd, const struct ep_yaml *top);
/* A listing that makes no rows: how to ask, and where the records are. */
void ep_spec_read_reading(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  struct ep_spec_endpoint *e);

/* ldap: of an endpoint, if it is there. */
void ep_spec_read_ldap(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       struct ep_spec_endpoint *e);
void ep_spec_ldap_free(struct ep_spec_ldap *ldap);

/* emit: of an endpoint or import.  columns: those of a CSV, in which case
 * paths are names of columns; NULL for JSON.  */
struct ep_spec_columns {
	const struct ep_words *must;
	const struct ep_words *may;
};
void ep_spec_read_emits(struct ep_spec_reader *rd, const struct ep_yaml *map,
			const struct ep_spec_columns *columns,
			struct ep_spec_emits *to);
/* One entry of fields: or keep:. */
bool ep_spec_read_field(struct ep_spec_reader *rd, const struct ep_yaml *node,
			const struct ep_column *column,
			struct ep_spec_field *field);

/* Parents first; for_each_index set. */
void ep_spec_sort_endpoints(struct ep_spec_reader *rd);
/* What one section cannot know alone: names in braces, references. */
void ep_spec_check(struct ep_spec_reader *rd);
/* Of that, where the vendor keeps the data. */
void ep_spec_check_locate(struct ep_spec_reader *rd);
/* Where a text with braces stands, and what it may name. */
struct ep_spec_place {
	struct ep_spec_reader *rd;
	const struct ep_spec_credential *credential;
	const struct ep_spec_write *write;
	const char *what;
	unsigned allowed;
	int line;
};
void ep_spec_check_text(struct ep_spec_place *at, const char *what,
			const char *text);
void ep_spec_check_json(struct ep_spec_place *at, const char *what,
			const char *text);
/* Base, credentials, path and query of what is asked for. */
void ep_spec_check_request(struct ep_spec_place *at,
			   const struct ep_spec_endpoint *e);
void ep_spec_check_writes(struct ep_spec_reader *rd);
/* {ticket} and the other names that a write sets. */
bool ep_spec_write_name(const struct ep_spec_write *write, const char *name);

/* Calls name for each {name} of a text; false when braces do not match. */
bool ep_spec_names(const char *text, void (*name)(void *to, const char *name),
		   void *to);
/* The same inside the strings of a JSON text. */
bool ep_spec_names_json(const char *body,
			void (*name)(void *to, const char *name), void *to);
/* {now}, {today}, {now-7d}, {today-30d}: true and the text in out. */
bool ep_spec_date(const char *name, char out[EP_TIME_TEXT]);

void ep_spec_words_release(struct ep_words *words);
void ep_spec_pairs_release(struct ep_pairs *pairs);
void ep_spec_page_release(struct ep_spec_page *page);
void ep_spec_changes_release(struct ep_spec_changes *changes);
void ep_spec_emits_release(struct ep_spec_emits *emits);
void ep_spec_endpoint_release(struct ep_spec_endpoint *e);
void ep_spec_write_release(struct ep_spec_write *write);

#endif
