/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the configuration reader: one file in the middle of being read,
 * and the small readers that its sections share.
 */
#ifndef EP_CONFIG_READ_H
#define EP_CONFIG_READ_H

#include "ext/yaml.h"
#include "model/config.h"

struct ep_config_reader {
	struct ep_config *config;
	struct ep_diag *diag;
	const char *file;	/* of the node being read */
	const char *folder;	/* relative paths start here */
};

/* Owned copy of a text member, NULL when absent. */
char *ep_config_text(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key);
/* The same, absence is a complaint. */
char *ep_config_must(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key,
		     const char *what);
/* The same, made absolute. */
char *ep_config_path(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key);
void ep_config_complain(const struct ep_config_reader *rd,
			const struct ep_yaml *at, const char *fmt, ...)
	EP_PRINTF(3, 4);
/* Members of a mapping of scalars, appended. */
void ep_config_settings(const struct ep_config_reader *rd,
			const struct ep_yaml *map, const char *key,
			struct ep_settings *to);
void ep_config_settings_release(struct ep_settings *settings);
/* Elements of a list of scalars, or one scalar, appended as owned texts. */
void ep_config_words(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key,
		     struct ep_words *to);
/* A date (midnight UTC) or time; 0 when absent or wrong. */
int64_t ep_config_time(const struct ep_config_reader *rd,
		       const struct ep_yaml *map, const char *key);
/* The list member's elements, NULL when absent; complains about another
 * type. */
const struct ep_yaml *ep_config_list(const struct ep_config_reader *rd,
				     const struct ep_yaml *map,
				     const char *key);

/* Reads the keys that a customer file and the msp: section share. */
void ep_config_read_customer(struct ep_config_reader *rd,
			     const struct ep_yaml *map, bool msp);
/* {file: ...}, {credential: ...} or {command: ...}; NULL with a complaint. */
struct ep_secret *ep_config_secret(const struct ep_config_reader *rd,
				   const struct ep_yaml *node);
void ep_config_read_leave(struct ep_config_reader *rd,
			  const struct ep_yaml *map,
			  struct ep_leave_sources *leave);
void ep_config_leave_clear(struct ep_leave_sources *leave);
void ep_config_read_connection(struct ep_config_reader *rd,
			       const struct ep_yaml *map,
			       struct ep_customer *customer);
/* notify: of exitproof.yaml. */
void ep_config_read_notify(const struct ep_config_reader *rd,
			   const struct ep_yaml *map);
void ep_config_notify_clear(struct ep_notify *notify);
/* retention: of exitproof.yaml. */
void ep_config_read_retention(const struct ep_config_reader *rd,
			      const struct ep_yaml *map);
void ep_config_retention_clear(struct ep_config *config);
/* What one file cannot know alone. */
void ep_config_check(const struct ep_config *config, struct ep_diag *diag);
/* exitproof.yaml alone; customers holds the MSP.  customers_folder is NULL
 * when it could not be read.  sha: of all files, or NULL. */
struct ep_sha256;
struct ep_config *ep_config_read_main(const char *path,
				      const char *data_folder,
				      struct ep_sha256 *sha,
				      struct ep_diag *diag);
void ep_config_customer_clear(struct ep_customer *customer);
void ep_config_connection_clear(struct ep_connection *connection);

#endif
