/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listeners, on libmicrohttpd: one for all vendors (TLS or clear), one
 * in clear for the control port.  Both on 127.0.0.1 only.
 */
#ifndef ES_SERVER_H
#define ES_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "estate.h"

struct MHD_Daemon;

struct es_server {
	struct es_estate *estate;
	struct MHD_Daemon *vendors;
	struct MHD_Daemon *control;
	const char *cert_pem;	/* NULL: clear text */
	const char *key_pem;
	uint16_t port;
	uint16_t control_port;
};

/* port and control_port hold the wanted ports (0: any free one) and then
 * the real ones. */
int es_server_start(struct es_server *s, bool with_control,
		    char msg[ES_MSG_MAX]);
void es_server_stop(struct es_server *s);
void es_server_base(const struct es_server *s, char out[64]);

#endif
