/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDIF from bytes: names and values lie in their record, lines only go
 * forward, and a file without complaints, written again with every value in
 * base64, reads the same.
 */
#include "collect/ldif.h"
#include "ext/crypto.h"
#include "reread.h"

static void write_record(const struct ep_ldif *ldif, struct ep_buf *out)
{
	ep_buf_adds(out, "dn:: ");
	ep_base64(out, ep_ldif_dn(ldif), strlen(ep_ldif_dn(ldif)));
	ep_buf_addc(out, '\n');
	for (size_t i = 0; i < ldif->values.n; i++) {
		const struct ep_ldif_value *value = &ldif->values.v[i];

		must(value->at + value->len < ldif->text.len &&
		     value->name_at < ldif->text.len &&
		     value->line >= ldif->line &&
		     ep_ldif_bytes(ldif, i)[value->len] == '\0');
		ep_buf_addf(out, "%s:: ", ep_ldif_name(ldif, i));
		ep_base64(out, ep_ldif_bytes(ldif, i), value->len);
		ep_buf_addc(out, '\n');
	}
	ep_buf_addc(out, '\n');
}

static void read_all(const char *s, size_t n, struct ep_diag *diag,
		     struct ep_buf *out)
{
	struct ep_ldif ldif;
	int line = 0;

	if (ep_ldif_init(&ldif, "fuzz", s, n, diag)) {
		while (ep_ldif_next(&ldif)) {
			must(ldif.line > line);
			line = ldif.line;
			write_record(&ldif, out);
		}
	}
	ep_ldif_release(&ldif);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	fuzz_reread(data, n, read_all);
	return 0;
}
