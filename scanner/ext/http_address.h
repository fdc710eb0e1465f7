/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of addresses, for the doors that make connections.
 */
#ifndef EP_HTTP_ADDRESS_H
#define EP_HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum ep_http_address {
	EP_HTTP_PUBLIC,
	EP_HTTP_LOOPBACK,
	EP_HTTP_PRIVATE,
	EP_HTTP_NEVER	/* link-local, metadata, multicast, reserved */
};

enum ep_http_address ep_http_address_class(const struct sockaddr *address);
const char *ep_http_address_word(enum ep_http_address class);
/* Class of an IP literal (IPv6 in brackets or not); false for a name. */
bool ep_http_address_literal(const char *host, enum ep_http_address *ret);
/* May a connection be made? http (not https) goes to loopback only. */
bool ep_http_address_allowed(enum ep_http_address class, bool https,
			     bool allow_loopback);

#endif
