/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes against published vectors, base64 both ways, and signatures that
 * openssl itself accepts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/hash.h"

static struct ep_err err;

static void hex_is(const void *p, size_t n, const char *want)
{
	struct ep_buf out;

	ep_buf_init(&out, 1000);
	ep_str_hex(&out, p, n);
	assert_string_equal(out.s, want);
	ep_buf_release(&out);
}

/* FIPS 180-2, appendix B. */
static void sha256(void **state)
{
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t sum[EP_SHA256_BYTES];

	(void)state;
	ep_sha256_of("abc", 3, sum);
	hex_is(sum, sizeof(sum), "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	ep_sha256_of("", 0, sum);
	hex_is(sum, sizeof(sum), "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	ep_sha256_add(sha, "a", 1);
	ep_sha256_add(sha, "", 0);
	ep_sha256_add(sha, "bc", 2);
	ep_sha256_end(sha, sum);
	hex_is(sum, sizeof(sum), "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, cases 2 and 6. */
static void hmac(void **state)
{
	const char *data = "what do ya want for nothing?";
	const char *late = "Test Using Larger Than Block-Size Key - Hash Key "
			   "First";
	uint8_t sum[EP_SHA256_BYTES], key[131];

	(void)state;
	ep_hmac_sha256("Jefe", 4, data, strlen(data), sum);
	hex_is(sum, sizeof(sum), "5bdcc146bf60754e6a042426089575c7"
				 "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	ep_hmac_sha256(key, sizeof(key), late, strlen(late), sum);
	hex_is(sum, sizeof(sum), "60e431591ee0b67f0d8a26aacbf5b77f"
				 "8e0bc6213728c5140546040f0ee37f54");
	ep_hmac_sha256(NULL, 0, "", 0, sum);
	hex_is(sum, sizeof(sum), "b613679a0814d9ec772f95d778c35fc5"
				 "ff1697c493715653c6c712144292c5ad");
}

static void random_differs(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	ep_random(a, sizeof(a));
	ep_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

/* RFC 4648, section 10, and the bytes where the alphabets differ. */
static const struct {
	const char *raw;
	size_t n;
	const char *std;
	const char *url;
} pairs[] = {
	{ "", 0, "", "" },
	{ "f", 1, "Zg==", "Zg" },
	{ "fo", 2, "Zm8=", "Zm8" },
	{ "foo", 3, "Zm9v", "Zm9v" },
	{ "foob", 4, "Zm9vYg==", "Zm9vYg" },
	{ "fooba", 5, "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", 6, "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe\x00", 4, "+//+AA==", "-__-AA" },
};

static void decodes(const char *s, const char *raw, size_t n)
{
	struct ep_buf out;

	ep_buf_init(&out, 100);
	assert_int_equal(ep_base64_decode(s, strlen(s), &out, &err), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.s, raw, n);
	ep_buf_release(&out);
}

static void base64(void **state)
{
	struct ep_buf out;
	size_t i;

	(void)state;
	ep_buf_init(&out, 100);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		ep_buf_clear(&out);
		ep_base64(&out, pairs[i].raw, pairs[i].n);
		assert_string_equal(out.s, pairs[i].std);
		ep_buf_clear(&out);
		ep_base64url(&out, pairs[i].raw, pairs[i].n);
		assert_string_equal(out.s, pairs[i].url);
		decodes(pairs[i].std, pairs[i].raw, pairs[i].n);
		decodes(pairs[i].url, pairs[i].raw, pairs[i].n);
	}
	ep_buf_release(&out);
}

static void base64_refuses(void **state)
{
	static const char *const bad[] = { "Z",	    "Zg=",  "Zg===", "Zh==",
					   "Zm9=",  "Z=g=", "Zm9v=", "Zm9v==",
					   "Zm 9v", "Zm9v\n", "====", "Zm9vY",
					   "Zg==Zg==", "=", "\xff\xff" };
	struct ep_buf out;
	size_t i;

	(void)state;
	ep_buf_init(&out, 100);
	ep_buf_adds(&out, "before");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ep_base64_decode(bad[i], strlen(bad[i]), &out, &err) !=
		    EP_EDATA)
			fail_msg("'%s' accepted", bad[i]);
		assert_string_equal(out.s, "before");
	}
	ep_buf_release(&out);
}

/* --- signatures ------------------------------------------------------- */

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "t_crypto.XXXXXX");
	return mkdtemp(folder) ? chdir(folder) : -1;
}

/* Runs openssl with these words in the folder; its exit status. */
static int openssl(const char *word, ...)
{
	char *args[20] = { (char *)(uintptr_t)"openssl" };
	int n = 1, status;
	pid_t pid;
	va_list ap;

	va_start(ap, word);
	for (; word; word = va_arg(ap, const char *))
		args[n++] = (char *)(uintptr_t)word;
	va_end(ap);
	pid = fork();
	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) &&
		    freopen("/dev/null", "w", stderr))
			execvp(args[0], args);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int tear_down(void **state)
{
	char **names;
	size_t n, i;

	(void)state;
	if (ep_file_list(".", "", &names, &n, &err))
		return -1;
	for (i = 0; i < n; i++)
		unlink(names[i]);
	ep_file_list_free(names, n);
	return chdir("..") || rmdir(folder);
}

static void put(const char *name, const void *p, size_t n)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(p, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static int sign_with(const char *key_file, struct ep_buf *out)
{
	struct ep_buf pem;
	int rc;

	ep_buf_init(&pem, 1 << 16);
	assert_int_equal(ep_file_read(key_file, 1 << 16, &pem, &err), 0);
	rc = ep_rs256_sign(pem.s, pem.len, "the claim", 9, out, &err);
	ep_buf_release(&pem);
	return rc;
}

static void openssl_accepts_our_signature(void **state)
{
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 4096);
	assert_int_equal(openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
				 "rsa_keygen_bits:2048", "-out", "k.pem", NULL),
			 0);
	assert_int_equal(openssl("pkey", "-in", "k.pem", "-pubout", "-out",
				 "p.pem", NULL), 0);
	assert_int_equal(sign_with("k.pem", &out), 0);
	assert_int_equal(out.len, 256);
	put("sig", out.s, out.len);
	put("data", "the claim", 9);
	assert_int_equal(openssl("dgst", "-sha256", "-verify", "p.pem",
				 "-signature", "sig", "data", NULL), 0);
	put("data", "the clain", 9);
	assert_int_not_equal(openssl("dgst", "-sha256", "-verify", "p.pem",
				     "-signature", "sig", "data", NULL), 0);
	/* The older PEM form, which some vendors still hand out. */
	assert_int_equal(openssl("rsa", "-in", "k.pem", "-traditional", "-out",
				 "t.pem", NULL), 0);
	ep_buf_clear(&out);
	assert_int_equal(sign_with("t.pem", &out), 0);
	assert_int_equal(out.len, 256);
	ep_buf_release(&out);
}

static void unfit_keys_are_refused(void **state)
{
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 4096);
	assert_int_equal(openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
				 "rsa_keygen_bits:1024", "-out", "small.pem",
				 NULL), 0);
	assert_int_equal(sign_with("small.pem", &out), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "2048"));
	assert_int_equal(openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
				 "ec_paramgen_curve:P-256", "-out", "ec.pem",
				 NULL), 0);
	assert_int_equal(sign_with("ec.pem", &out), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "not an RSA key"));
	/* Must not stop to ask for the password. */
	assert_int_equal(openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
				 "rsa_keygen_bits:2048", "-aes256", "-pass",
				 "pass:x", "-out", "enc.pem", NULL), 0);
	assert_int_equal(sign_with("enc.pem", &out), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "unencrypted"));
	put("junk.pem", "hunter2", 7);
	assert_int_equal(sign_with("junk.pem", &out), EP_ECONFIG);
	assert_null(strstr(err.msg, "hunter2"));
	assert_int_equal(out.len, 0);
	ep_buf_release(&out);
}

/* --- fingerprints ----------------------------------------------------- */

static void fingerprints_depend_on_the_secret(void **state)
{
	uint8_t secret[EP_HASH_SECRET_BYTES], other[EP_HASH_SECRET_BYTES];
	struct ep_hash128 a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(secret); i++) {
		secret[i] = (uint8_t)(i * 7 + 1);
		other[i] = (uint8_t)(i * 7 + 2);
	}
	a = ep_hash128(secret, "record", 6);
	b = ep_hash128(secret, "record", 6);
	assert_true(a.lo == b.lo && a.hi == b.hi);
	b = ep_hash128(secret, "recorD", 6);
	assert_true(a.lo != b.lo && a.hi != b.hi);
	b = ep_hash128(other, "record", 6);
	assert_true(a.lo != b.lo && a.hi != b.hi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256),
		cmocka_unit_test(hmac),
		cmocka_unit_test(random_differs),
		cmocka_unit_test(base64),
		cmocka_unit_test(base64_refuses),
		cmocka_unit_test_setup_teardown(openssl_accepts_our_signature,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(unfit_keys_are_refused, set_up,
						tear_down),
		cmocka_unit_test(fingerprints_depend_on_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
