/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which URLs are acceptable, and where a next link may lead.  libcurl 7.88
 * quietly repairs what it reads (coded dots in hosts, hexadecimal addresses,
 * missing slashes), so the raw text is checked too and both readings must
 * agree: a credential goes where the text says or nowhere.
 */
#include "ext/http_priv.h"

#include <string.h>

#include "base/alloc.h"

/* How often a path may be percent-coded; an honest one is once, one handed
 * through a second system twice. */
#define CODING_LAYERS_MAX 4

struct parts {
	char *scheme;
	char *host;	/* as libcurl understood it */
	char *port;	/* the default one filled in */
	char *path;	/* dot segments resolved */
};

static void parts_release(struct parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_free(parts->path);
}

static void free_handle(CURLU **u)
{
	curl_url_cleanup(*u);
}

static int refuse(struct ep_err *err, const char *why)
{
	return ep_err_set(err, EP_EDATA, "URL refused: %s", why);
}

/* --- the raw text --------------------------------------------------------- */

static int check_bytes(const char *s, struct ep_err *err)
{
	size_t n = strnlen(s, EP_URL_BYTES_MAX + 1);

	if (n == 0)
		return refuse(err, "it is empty");
	if (n > EP_URL_BYTES_MAX)
		return ep_err_set(err, EP_EDATA, "URL refused: longer than %d "
				  "bytes (EP_URL_BYTES_MAX)",
				  EP_URL_BYTES_MAX);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c == 0x7f)
			return refuse(err, "it holds a blank or control byte");
		if (c > 0x7f)
			return refuse(err, "it holds a byte outside ASCII");
		if (strchr("\\{}", c))
			return refuse(err, "it holds a backslash or brace");
	}
	if (strchr(s, '#'))
		return refuse(err, "it has a fragment");
	return 0;
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of "scheme:" at the start, 0 when there is none. */
static size_t scheme_length(const char *s)
{
	size_t n = 0;

	if (!is_alpha(s[0]))
		return 0;
	while (is_alpha(s[n]) || is_digit(s[n]) || (s[n] && strchr("+-.", s[n])))
		n++;
	return s[n] == ':' ? n + 1 : 0;
}

/* The authority as written; false when the reference has none. */
static bool raw_authority(const char *s, struct ep_str *ret)
{
	s += scheme_length(s);
	if (!ep_str_starts(s, "//"))
		return false;
	s += 2;
	*ret = (struct ep_str){ s, strcspn(s, "/?#") };
	return true;
}

/* Cuts ":port" off. */
static struct ep_str raw_host(struct ep_str authority)
{
	size_t n = authority.n;

	while (n > 0 && is_digit(authority.p[n - 1]))
		n--;
	if (n > 0 && n < authority.n && authority.p[n - 1] == ':')
		authority.n = n - 1;
	return authority;
}

static bool is_ipv6(struct ep_str host)
{
	return host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']' &&
	       strspn(host.p + 1, "0123456789abcdefABCDEF:.") == host.n - 2;
}

/* Labels of letters, digits and hyphens, none empty: no trailing dot. */
static bool is_name(struct ep_str host)
{
	bool label_empty = true;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (c == '.' && label_empty)
			return false;
		if (c != '.' && c != '-' && !is_alpha(c) && !is_digit(c))
			return false;
		label_empty = c == '.';
	}
	return !label_empty;
}

/* A reference with an authority: it must be plain, and what libcurl made of
 * the host must be what is written there. */
static int check_authority(const char *s, const struct parts *parts,
			   struct ep_err *err)
{
	struct ep_str authority;
	struct ep_str host;

	if (!raw_authority(s, &authority))
		return 0;
	if (memchr(authority.p, '@', authority.n))
		return refuse(err, "it has a user part");
	if (memchr(authority.p, '%', authority.n))
		return refuse(err, "its host is percent-coded");
	host = raw_host(authority);
	if (!is_name(host) && !is_ipv6(host))
		return refuse(err, "its host is missing or not plain");
	if (strlen(parts->host) != host.n ||
	    strncasecmp(parts->host, host.p, host.n) != 0)
		return refuse(err, "its host can be read in two ways");
	return 0;
}

/* --- paths ------------------------------------------------------------------ */

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes one layer of percent coding in place; true when there was one. */
static bool decode(char *s)
{
	char *to = s;
	bool changed = false;

	while (*s) {
		int high = *s == '%' ? hex_value(s[1]) : -1;
		int low = high >= 0 ? hex_value(s[2]) : -1;

		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			s += 3;
			changed = true;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
	return changed;
}

/* How many segments are "." or "..", between slashes of either kind.  Some
 * servers cut path parameters off first ("..;x"). */
static size_t dot_segments(const char *path, bool parameters)
{
	size_t found = 0;

	while (*path) {
		size_t n = strcspn(path, "/\\");
		size_t dots = strspn(path, ".");

		if ((dots == 1 || dots == 2) &&
		    (dots == n || (parameters && path[dots] == ';')))
			found++;
		path += n;
		path += *path ? 1 : 0;
	}
	return found;
}

/* NUL would end the text early, for us and for who knows which server. */
static bool has_coded_control(const char *path)
{
	for (const char *p = strchr(path, '%'); p; p = strchr(p + 1, '%')) {
		int high = hex_value(p[1]);
		int low = high >= 0 ? hex_value(p[2]) : -1;
		int byte = high * 16 + low;

		if (low >= 0 && (byte < ' ' || byte == 0x7f))
			return true;
	}
	return false;
}

/* Are there segments that a server may take for dot segments although they
 * are not written so?  Their only use is to end elsewhere than they show.
 * Control bytes, and coding upon coding without end, are the same. */
static bool hides_something(const char *path)
{
	EP_AUTO_FREE char *copy = ep_strdup(path);
	size_t plain = dot_segments(copy, false);

	for (int layer = 0; layer <= CODING_LAYERS_MAX; layer++) {
		if (has_coded_control(copy) ||
		    dot_segments(copy, true) != plain)
			return true;
		if (!decode(copy))
			return false;
	}
	return true;
}

/* The path part as written, query left out. */
static char *raw_path(const char *s)
{
	struct ep_str authority;
	const char *path = s;

	if (raw_authority(s, &authority))
		path = authority.p + authority.n;
	return ep_strndup(path, strcspn(path, "?#"));
}

/* --- parsing ------------------------------------------------------------------ */

static int get_parts(CURLU *u, struct parts *ret, struct ep_err *err)
{
	if (curl_url_get(u, CURLUPART_SCHEME, &ret->scheme, 0) ||
	    curl_url_get(u, CURLUPART_HOST, &ret->host, 0) ||
	    curl_url_get(u, CURLUPART_PORT, &ret->port, CURLU_DEFAULT_PORT) ||
	    curl_url_get(u, CURLUPART_PATH, &ret->path, 0))
		return refuse(err, "it is not complete");
	return 0;
}

/* Reads s, against what u holds already when s is relative. */
static int parse(CURLU *u, const char *s, struct parts *ret,
		 struct ep_err *err)
{
	CURLUcode rc = curl_url_set(u, CURLUPART_URL, s, CURLU_DISALLOW_USER);
	int failed;

	if (rc != CURLUE_OK)
		return refuse(err, curl_url_strerror(rc));
	failed = get_parts(u, ret, err);
	if (failed < 0)
		return failed;
	return check_authority(s, ret, err);
}

static int check_scheme(const struct parts *parts, bool allow_loopback,
			struct ep_err *err)
{
	if (ep_str_eq(parts->scheme, "https"))
		return 0;
	if (!ep_str_eq(parts->scheme, "http"))
		return refuse(err, "only https is allowed");
	if (!allow_loopback)
		return refuse(err, "clear text (http); use https");
	return 0;
}

static bool is_localhost(const char *host)
{
	EP_AUTO_FREE char *low = ep_strdup(host);

	ep_str_lower(low);
	return ep_str_eq(low, "localhost") || ep_str_ends(low, ".localhost");
}

/* What the text alone tells about the address; names are checked again when
 * they are resolved. */
static int check_host(const struct parts *parts, bool allow_loopback,
		      struct ep_err *err)
{
	bool https = ep_str_eq(parts->scheme, "https");
	enum ep_http_address class = EP_HTTP_PUBLIC;
	bool literal = ep_http_address_literal(parts->host, &class);

	if (!literal && is_localhost(parts->host)) {
		class = EP_HTTP_LOOPBACK;
		literal = true;
	}
	if (literal && !ep_http_address_allowed(class, https, allow_loopback))
		return ep_err_set(err, EP_EDATA, "URL refused: its host is a "
				  "%s address%s", ep_http_address_word(class),
				  https ? "" : " and http is for loopback "
				  "only");
	if (!literal && !https)
		return refuse(err, "http is for loopback only; use https");
	return 0;
}

/* An absolute URL, strictly: nothing in it may be repaired. */
static int parse_absolute(const char *url, bool allow_loopback,
			  struct parts *ret, struct ep_err *err)
{
	EP_AUTO(free_handle) CURLU *u = curl_url();
	EP_AUTO_FREE char *path = NULL;
	struct ep_str authority;
	int rc = check_bytes(url, err);

	if (rc < 0)
		return rc;
	if (scheme_length(url) == 0 || !raw_authority(url, &authority))
		return refuse(err, "it is not absolute (https://host/path)");
	rc = parse(u, url, ret, err);
	if (rc == 0)
		rc = check_scheme(ret, allow_loopback, err);
	if (rc == 0)
		rc = check_host(ret, allow_loopback, err);
	if (rc < 0)
		return rc;
	path = raw_path(url);
	if (dot_segments(path, false) > 0 || hides_something(path))
		return refuse(err, "its path has dot segments");
	return 0;
}

int ep_http_url_check(const char *url, bool allow_loopback, bool *ret_https,
		      char **ret_host, struct ep_err *err)
{
	EP_AUTO(parts_release) struct parts parts = { 0 };
	struct ep_buf host;
	int rc = parse_absolute(url, allow_loopback, &parts, err);

	if (rc < 0)
		return rc;
	*ret_https = ep_str_eq(parts.scheme, "https");
	ep_buf_init(&host, EP_URL_BYTES_MAX + 16);
	ep_buf_addf(&host, "%s:%s", parts.host, parts.port);
	*ret_host = ep_buf_take(&host);
	ep_str_lower(*ret_host);
	return 0;
}

int ep_http_check_base(const char *url, bool allow_loopback,
		       struct ep_err *err)
{
	EP_AUTO(parts_release) struct parts parts = { 0 };
	int rc = parse_absolute(url, allow_loopback, &parts, err);

	if (rc < 0)
		return rc;
	if (strchr(url, '?'))
		return refuse(err, "a base URL has no query");
	return 0;
}

/* Is host the domain itself or below it? */
static bool of_domain(const char *host, const char *domain)
{
	size_t h = strlen(host);
	size_t d = strlen(domain);

	return h >= d && ep_str_eqcase(host + h - d, domain) &&
	       (h == d || host[h - d - 1] == '.');
}

int ep_http_check_found(const char *url, const char *from,
			char *const *domains, size_t n, bool allow_loopback,
			struct ep_err *err)
{
	EP_AUTO(parts_release) struct parts parts = { 0 };
	EP_AUTO(parts_release) struct parts asked = { 0 };
	int rc = ep_http_check_base(url, allow_loopback, err);
	bool known;

	if (rc == 0)
		rc = parse_absolute(url, allow_loopback, &parts, err);
	if (rc == 0)
		rc = parse_absolute(from, allow_loopback, &asked, err);
	if (rc < 0)
		return rc;
	known = ep_str_eqcase(parts.host, asked.host);
	for (size_t i = 0; i < n; i++)
		known |= of_domain(parts.host, domains[i]);
	if (!known)
		return refuse(err, "its host is none of the vendor's");
	if (!ep_str_eq(parts.scheme, asked.scheme) ||
	    !ep_str_eq(parts.port, asked.port))
		return refuse(err, "its scheme or port is not the one that "
				   "was asked");
	return 0;
}

/* --- next links --------------------------------------------------------------- */

/* Is path the base path itself or below it? */
static bool below(const char *path, const char *base)
{
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	return strncmp(path, base, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

static int check_same(const struct parts *base, const struct parts *next,
		      struct ep_err *err)
{
	if (!ep_str_eq(base->scheme, next->scheme))
		return refuse(err, "next link to another scheme");
	if (!ep_str_eqcase(base->host, next->host))
		return refuse(err, "next link to another host");
	if (!ep_str_eq(base->port, next->port))
		return refuse(err, "next link to another port");
	if (!below(next->path, base->path))
		return refuse(err, "next link leaves the API's base path");
	return 0;
}

static int check_link_text(const char *link, struct ep_err *err)
{
	EP_AUTO_FREE char *path = NULL;
	size_t scheme;
	int rc = check_bytes(link, err);

	if (rc < 0)
		return rc;
	scheme = scheme_length(link);
	if (scheme && (!ep_str_starts(link + scheme, "//") ||
		       link[scheme + 2] == '/'))
		return refuse(err, "it has a scheme but no host");
	path = raw_path(link);
	/* Plain dot segments are resolved and judged by where they end. */
	if (hides_something(path))
		return refuse(err,
			      "its path hides dot segments or control bytes");
	return 0;
}

int ep_http_next(const char *base, const char *from, const char *link,
		 struct ep_buf *ret_url, struct ep_err *err)
{
	EP_AUTO(free_handle) CURLU *u = curl_url();
	EP_AUTO(parts_release) struct parts base_parts = { 0 };
	EP_AUTO(parts_release) struct parts from_parts = { 0 };
	EP_AUTO(parts_release) struct parts next = { 0 };
	char *url = NULL;
	int rc;

	if (!link)
		return refuse(err, "there is no next link");
	rc = check_link_text(link, err);
	/* base and from were checked when they were used. */
	if (rc == 0)
		rc = parse_absolute(base, true, &base_parts, err);
	if (rc == 0)
		rc = parse(u, from, &from_parts, err);
	if (rc == 0)
		rc = parse(u, link, &next, err);
	if (rc == 0)
		rc = check_same(&base_parts, &next, err);
	if (rc < 0)
		return rc;
	if (curl_url_get(u, CURLUPART_URL, &url, CURLU_NO_DEFAULT_PORT))
		return refuse(err, "it cannot be put together");
	rc = check_bytes(url, err);
	if (rc == 0)
		ep_buf_adds(ret_url, url);
	curl_free(url);
	return rc;
}

/* --- trace -------------------------------------------------------------------- */

void ep_http_url_trace(struct ep_buf *out, const char *url)
{
	size_t path = strcspn(url, "?");
	const char *s = url + path;

	ep_buf_add(out, url, path);
	while (*s) {
		size_t name = strcspn(s, "=");
		size_t pair = strcspn(s + 1, "&") + 1;

		ep_buf_add(out, s, name < pair ? name + 1 : pair);
		s += pair;
	}
}
