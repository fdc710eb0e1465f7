/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A throw-away certification authority and a certificate of it for
 * 127.0.0.1 and localhost; or, for tests, one that must not be accepted.
 */
#ifndef ES_TLS_H
#define ES_TLS_H

#include "world/yaml.h"

struct es_tls {
	char *cert_pem;
	char *key_pem;
};

/* Makes both and writes dir/ca.pem, and dir itself if need be.  wrong is NULL, "expired", "not-yet" or
 * "host". */
int es_tls_make(struct es_tls *t, const char *dir, const char *wrong,
		char msg[ES_MSG_MAX]);
void es_tls_release(struct es_tls *t);

#endif
