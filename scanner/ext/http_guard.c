/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where connections may go: classes of addresses, and the environment
 * variables that would lead them elsewhere.
 */
#include "ext/http_priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

extern char **environ;

struct range {
	unsigned char prefix[16];
	unsigned int bits;
	enum ep_http_address class;
};

/* The IANA special-purpose registries.  First match wins.  Cloud metadata
 * (169.254.169.254 and its like) is inside the link-local and shared
 * ranges. */
static const struct range v4[] = {
	{ { 127 }, 8, EP_HTTP_LOOPBACK },
	{ { 10 }, 8, EP_HTTP_PRIVATE },
	{ { 172, 16 }, 12, EP_HTTP_PRIVATE },
	{ { 192, 168 }, 16, EP_HTTP_PRIVATE },
	{ { 0 }, 8, EP_HTTP_NEVER },
	{ { 100, 64 }, 10, EP_HTTP_NEVER },	/* shared, carrier NAT */
	{ { 169, 254 }, 16, EP_HTTP_NEVER },	/* link-local */
	{ { 192, 0, 0 }, 24, EP_HTTP_NEVER },
	{ { 192, 0, 2 }, 24, EP_HTTP_NEVER },	/* documentation */
	{ { 192, 88, 99 }, 24, EP_HTTP_NEVER },
	{ { 198, 18 }, 15, EP_HTTP_NEVER },	/* benchmarks */
	{ { 198, 51, 100 }, 24, EP_HTTP_NEVER },
	{ { 203, 0, 113 }, 24, EP_HTTP_NEVER },
	{ { 224 }, 4, EP_HTTP_NEVER },		/* multicast */
	{ { 240 }, 4, EP_HTTP_NEVER },		/* reserved, broadcast */
};

static const struct range v6[] = {
	{ { [15] = 1 }, 128, EP_HTTP_LOOPBACK },
	{ { 0xfc }, 7, EP_HTTP_PRIVATE },
	{ { 0 }, 96, EP_HTTP_NEVER },		/* IPv4-compatible */
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 48, EP_HTTP_NEVER },
	{ { 0x01 }, 64, EP_HTTP_NEVER },	/* discard */
	{ { 0x20, 0x01 }, 23, EP_HTTP_NEVER },	/* Teredo and protocols */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, EP_HTTP_NEVER },
	{ { 0x5f }, 16, EP_HTTP_NEVER },	/* segment routing */
	{ { 0xfe, 0x80 }, 10, EP_HTTP_NEVER },	/* link-local */
	{ { 0xfe, 0xc0 }, 10, EP_HTTP_NEVER },	/* site-local */
	{ { 0xff }, 8, EP_HTTP_NEVER },		/* multicast */
};

/* IPv6 ranges that carry an IPv4 address, and where. */
static const struct {
	unsigned char prefix[16];
	unsigned int bits;
	size_t at;
} carriers[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12 },	/* mapped */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },		/* NAT64 */
	{ { 0x20, 0x02 }, 16, 2 },			/* 6to4 */
};

static bool matches(const unsigned char *a, const unsigned char *prefix,
		    unsigned int bits)
{
	unsigned int whole = bits / 8;
	unsigned int rest = bits % 8;
	unsigned int mask = 0xffU << (8 - rest);

	if (memcmp(a, prefix, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ prefix[whole]) & mask & 0xff) == 0;
}

static enum ep_http_address look_up(const unsigned char *a,
				    const struct range *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (matches(a, table[i].prefix, table[i].bits))
			return table[i].class;
	return EP_HTTP_PUBLIC;
}

static enum ep_http_address class_v4(const unsigned char *a)
{
	return look_up(a, v4, sizeof(v4) / sizeof(v4[0]));
}

static enum ep_http_address class_v6(const unsigned char *a)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
		if (matches(a, carriers[i].prefix, carriers[i].bits))
			return class_v4(a + carriers[i].at);
	return look_up(a, v6, sizeof(v6) / sizeof(v6[0]));
}

enum ep_http_address ep_http_address_class(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&in, address, sizeof(in));
		return class_v4((const unsigned char *)&in.sin_addr);
	case AF_INET6:
		memcpy(&in6, address, sizeof(in6));
		return class_v6(in6.sin6_addr.s6_addr);
	default:
		return EP_HTTP_NEVER;
	}
}

const char *ep_http_address_word(enum ep_http_address class)
{
	switch (class) {
	case EP_HTTP_PUBLIC:
		return "public";
	case EP_HTTP_LOOPBACK:
		return "loopback";
	case EP_HTTP_PRIVATE:
		return "private";
	default:
		return "link-local or reserved";
	}
}

bool ep_http_address_literal(const char *host, enum ep_http_address *ret)
{
	unsigned char a[16];
	char bare[INET6_ADDRSTRLEN + 1];
	size_t n = strlen(host);

	if (inet_pton(AF_INET, host, a) == 1) {
		*ret = class_v4(a);
		return true;
	}
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n >= sizeof(bare))
		return false;
	memcpy(bare, host, n);
	bare[n] = '\0';
	if (inet_pton(AF_INET6, bare, a) != 1)
		return false;
	*ret = class_v6(a);
	return true;
}

bool ep_http_address_allowed(enum ep_http_address class, bool https,
			     bool allow_loopback)
{
	switch (class) {
	case EP_HTTP_PUBLIC:
		return https;
	case EP_HTTP_LOOPBACK:
		return allow_loopback;
	case EP_HTTP_PRIVATE:
		return allow_loopback && https;
	default:
		return false;
	}
}

/* --- environment -------------------------------------------------------- */

static bool leads_astray(struct ep_str name)
{
	EP_AUTO_FREE char *low = ep_strndup(name.p, name.n);

	ep_str_lower(low);
	return ep_str_ends(low, "_proxy") || ep_str_starts(low, "curl_") ||
	       ep_str_eq(low, "sslkeylogfile") ||
	       ep_str_eq(low, "ssl_cert_file") ||
	       ep_str_eq(low, "ssl_cert_dir");
}

/* unsetenv moves the array, so the search starts again after each. */
static bool remove_one(void)
{
	for (char **e = environ; e && *e; e++) {
		struct ep_str name = { *e, strcspn(*e, "=") };
		EP_AUTO_FREE char *copy = NULL;

		if (!leads_astray(name))
			continue;
		copy = ep_strndup(name.p, name.n);
		return unsetenv(copy) == 0;
	}
	return false;
}

void ep_http_clean_environment(void)
{
	while (remove_one())
		;
}
