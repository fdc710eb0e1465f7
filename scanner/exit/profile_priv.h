/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of exit profiles share.
 */
#ifndef EP_PROFILE_PRIV_H
#define EP_PROFILE_PRIV_H

#include "exit/profile.h"
#include "ext/yaml.h"

struct ep_profile_reader {
	struct ep_profile *profile;
	struct ep_diag *diag;
};

/* Owned copy, NULL when it is not there; complains when it must be. */
char *ep_profile_text(const struct ep_profile_reader *rd,
		      const struct ep_yaml *map, const char *key, bool must);
/* A list of words; nothing is added when the key is not there. */
void ep_profile_words(const struct ep_profile_reader *rd,
		      const struct ep_yaml *map, const char *key,
		      struct ep_words *to);
bool ep_profile_name_valid(const char *s);

/* profile_end.c */
void ep_profile_read_end(const struct ep_profile_reader *rd,
			 const struct ep_yaml *node);
void ep_end_free(struct ep_end *end);

/* profile_check.c: once all are read. */
void ep_profiles_check(struct ep_profiles *profiles,
		       const struct ep_rules *rules, struct ep_diag *diag);

#endif
