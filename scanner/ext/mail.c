/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message, written and sent; see the header.
 */
#include "ext/mail.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/http_priv.h"

#define CONNECT_SECONDS 20L
#define TOTAL_SECONDS	120L
/* Bytes of text in one encoded word, whose length is limited to 75. */
#define WORD_BYTES 42
#define LINE_BYTES 57 /* are 76 characters of base64 */

/* --- what is let in -------------------------------------------------------- */

static const char atoms[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool ep_mail_address_valid(const char *address)
{
	char local[80], domain[80];
	const char *at = strchr(address, '@');
	size_t n = at ? (size_t)(at - address) : 0;

	memcpy(local, atoms, sizeof(atoms));
	memcpy(local + sizeof(atoms) - 1, "._%+-", 6);
	memcpy(domain, atoms, sizeof(atoms));
	memcpy(domain + sizeof(atoms) - 1, ".-", 3);
	return at && n > 0 && n <= 64 && address[0] != '-' &&
	       strspn(address, local) == n && at[1] && at[1] != '-' &&
	       at[1] != '.' && strlen(at + 1) <= 253 &&
	       at[1 + strspn(at + 1, domain)] == '\0';
}

bool ep_mail_server_valid(const char *server)
{
	const char *host = NULL;

	if (ep_str_starts(server, "smtps://"))
		host = server + strlen("smtps://");
	else if (ep_str_starts(server, "smtp://"))
		host = server + strlen("smtp://");
	return host && *host && strlen(host) < 256 &&
	       !host[strspn(host, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-")];
}

static bool is_loopback(const char *server)
{
	const char *host = strstr(server, "://") + 3;
	size_t n = strcspn(host, ":");

	return (n == 9 && strncmp(host, "127.0.0.1", n) == 0) ||
	       (n == 9 && strncmp(host, "localhost", n) == 0);
}

static int check(const struct ep_mail *mail, struct ep_err *err)
{
	if (!ep_mail_server_valid(mail->server))
		return ep_err_set(err, EP_EDATA,
				  "the mail server is not "
				  "smtps://HOST or smtp://HOST");
	if (!ep_mail_address_valid(mail->from))
		return ep_err_set(err, EP_EDATA,
				  "the sender is no plain address");
	if (mail->n_to == 0)
		return ep_err_set(err, EP_EDATA, "mail to nobody");
	for (size_t i = 0; i < mail->n_to; i++)
		if (!ep_mail_address_valid(mail->to[i]))
			return ep_err_set(err, EP_EDATA,
					  "recipient %zu is no plain address",
					  i + 1);
	if (mail->id[strspn(mail->id, "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-")])
		return ep_err_set(err, EP_EBUG,
				  "the id of a mail holds more "
				  "than letters and digits");
	return 0;
}

/* --- the message ------------------------------------------------------------ */

/* Each encoded word holds whole characters. */
static void add_encoded(struct ep_buf *out, const char *text)
{
	struct ep_buf plain;
	size_t at = 0;

	ep_buf_init(&plain, EP_TEXT_BYTES_MAX);
	ep_str_printable(&plain, text, strlen(text));
	while (at < plain.len) {
		size_t n = plain.len - at;

		if (n > WORD_BYTES)
			n = ep_utf8_cut(plain.s + at, WORD_BYTES);
		ep_buf_adds(out, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		ep_base64(out, plain.s + at, n);
		ep_buf_adds(out, "?=");
		at += n;
	}
	ep_buf_release(&plain);
}

/* "Tue, 17 Nov 2026 02:00:00 +0000" */
static void add_date(struct ep_buf *out, int64_t t)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[EP_TIME_TEXT];
	int64_t month = 1;

	ep_time_format(t, iso);
	month = (iso[5] - '0') * 10 + (iso[6] - '0');
	ep_buf_addf(out, "%.3s, %.2s %.3s %.4s %.8s +0000",
		    days + 3 * (t / 86400 % 7), iso + 8,
		    months + 3 * (month - 1), iso, iso + 11);
}

static void add_body(struct ep_buf *out, const char *text)
{
	struct ep_buf clean, lines;

	ep_buf_init(&clean, EP_FILE_BYTES_MAX);
	ep_buf_init(&lines, EP_FILE_BYTES_MAX);
	ep_utf8_scrub(&clean, text, strlen(text));
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.s[i] == '\n')
			ep_buf_addc(&lines, '\r');
		ep_buf_addc(&lines, clean.s[i]);
	}
	for (size_t at = 0; at < lines.len; at += LINE_BYTES) {
		size_t n = lines.len - at;

		ep_base64(out, lines.s + at, n > LINE_BYTES ? LINE_BYTES : n);
		ep_buf_adds(out, "\r\n");
	}
	ep_buf_release(&clean);
	ep_buf_release(&lines);
}

int ep_mail_write(const struct ep_mail *mail, struct ep_buf *out,
		  struct ep_err *err)
{
	int rc = check(mail, err);

	if (rc < 0)
		return rc;
	ep_buf_adds(out, "Date: ");
	add_date(out, mail->date);
	ep_buf_addf(out, "\r\nFrom: <%s>\r\nTo: ", mail->from);
	for (size_t i = 0; i < mail->n_to; i++)
		ep_buf_addf(out, "%s<%s>", i ? ",\r\n " : "", mail->to[i]);
	ep_buf_addf(out, "\r\nMessage-ID: <%s%s>\r\nSubject: ", mail->id,
		    strchr(mail->from, '@'));
	add_encoded(out, mail->subject);
	ep_buf_adds(out, "\r\nMIME-Version: 1.0\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: base64\r\n"
			 "Auto-Submitted: auto-generated\r\n\r\n");
	add_body(out, mail->text);
	if (out->overflow)
		return ep_err_set(err, EP_ELIMIT,
				  "the mail is larger than "
				  "%zu bytes",
				  out->max);
	return 0;
}

/* --- sending ---------------------------------------------------------------- */

struct upload {
	const struct ep_buf *message;
	size_t at;
};

static size_t on_read(char *to, size_t size, size_t n, void *user)
{
	struct upload *upload = user;
	size_t left = upload->message->len - upload->at;
	size_t room = size * n;

	if (room > left)
		room = left;
	memcpy(to, upload->message->s + upload->at, room);
	upload->at += room;
	return room;
}

#define SET(option, value)                                                     \
	do {                                                                   \
		if (rc == CURLE_OK)                                            \
			rc = curl_easy_setopt(easy, option, value);            \
	} while (0)

static CURLcode set_server(CURL *easy, const struct ep_mail *mail)
{
	bool plain = mail->allow_loopback && is_loopback(mail->server);
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_URL, mail->server);
	SET(CURLOPT_USE_SSL,
	    plain ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	SET(CURLOPT_TIMEOUT, TOTAL_SECONDS);
	if (mail->ca_file) {
		SET(CURLOPT_CAINFO, mail->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (mail->user) {
		SET(CURLOPT_USERNAME, mail->user);
		SET(CURLOPT_PASSWORD, mail->password);
	}
	return rc;
}

static CURLcode set_message(CURL *easy, const struct ep_mail *mail,
			    struct curl_slist *to, struct upload *upload)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_MAIL_FROM, mail->from);
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, upload);
	SET(CURLOPT_UPLOAD, 1L);
	return rc;
}

static int judge(CURL *easy, CURLcode rc, const char *text, struct ep_err *err)
{
	long said = 0;

	if (rc == CURLE_OK)
		return 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &said);
	if (rc == CURLE_LOGIN_DENIED)
		return ep_err_set(err, EP_EDENIED,
				  "the mail server refuses "
				  "the user or password (%ld)",
				  said);
	if (rc == CURLE_USE_SSL_FAILED || rc == CURLE_PEER_FAILED_VERIFICATION)
		return ep_err_set(err, EP_ETLS,
				  "the mail server offers no "
				  "TLS that can be trusted: %.200s",
				  text);
	return ep_err_set(err, said >= 500 ? EP_EDENIED : EP_EUNAVAIL,
			  "the mail was not taken (%ld): %.200s", said,
			  *text ? text : curl_easy_strerror(rc));
}

static int transfer(CURL *easy, const struct ep_mail *mail,
		    const struct ep_buf *message, struct ep_err *err)
{
	struct upload upload = { .message = message };
	char text[CURL_ERROR_SIZE] = "";
	struct curl_slist *to = NULL;
	CURLcode rc = set_server(easy, mail);

	for (size_t i = 0; i < mail->n_to; i++) {
		struct curl_slist *longer = curl_slist_append(to, mail->to[i]);

		if (!longer)
			rc = CURLE_OUT_OF_MEMORY;
		else
			to = longer;
	}
	SET(CURLOPT_ERRORBUFFER, text);
	if (rc == CURLE_OK)
		rc = set_message(easy, mail, to, &upload);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(easy);
	curl_slist_free_all(to);
	return judge(easy, rc, text, err);
}

int ep_mail_send(const struct ep_mail *mail, struct ep_err *err)
{
	struct ep_buf message;
	CURL *easy;
	int rc;

	ep_http_clean_environment();
	ep_buf_init(&message, EP_FILE_BYTES_MAX);
	rc = ep_mail_write(mail, &message, err);
	if (rc == 0 && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		rc = ep_err_set(err, EP_EBUG, "libcurl cannot start");
	if (rc == 0) {
		easy = curl_easy_init();
		rc = easy ? transfer(easy, mail, &message, err)
			  : ep_err_set(err, EP_EBUG, "libcurl cannot start");
		curl_easy_cleanup(easy);
		curl_global_cleanup();
	}
	ep_buf_release(&message);
	return rc;
}
