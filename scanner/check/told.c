/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the rows of one subject together.
 */
#include "check/told.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "check/eval.h"

static const char also[] = ",\"also\":[", end[] = "]";

/* Those whose evidence is kept.  Only these are told of: whom nothing but a
 * sentence names is found neither by who reads it nor by who must hide it. */
static size_t kept(const struct ep_eval *eval, const struct ep_violation *v)
{
	size_t bytes = strlen(v->evidence) + sizeof(also) + sizeof(end);
	size_t n = 0;

	for (; n < v->twins && n < EP_TOLD_TWINS_MAX; n++) {
		bytes += strlen(eval->twin.v[v->twin + n].evidence) + 1;
		if (bytes > EP_ATTR_BYTES_MAX)
			break;
	}
	return n;
}

/* They are in the order of what was seen, so the same stands together. */
static bool says_more(const struct ep_eval *eval, const struct ep_violation *v,
		      size_t i)
{
	const struct ep_violation *before =
		i ? &eval->twin.v[v->twin + i - 1] : v;
	const struct ep_violation *twin = &eval->twin.v[v->twin + i];

	return twin->seen && !ep_str_eq(twin->seen, before->seen);
}

void ep_told_seen(const struct ep_eval *eval, const struct ep_violation *v,
		  struct ep_buf *out)
{
	size_t n = kept(eval, v), left = 0;

	ep_buf_adds(out, v->seen ? v->seen : "");
	for (size_t i = 0; i < v->twins; i++) {
		const char *seen = eval->twin.v[v->twin + i].seen;

		if (!says_more(eval, v, i))
			continue;
		if (i >= n || out->len + strlen(seen) > EP_TEXT_BYTES_MAX)
			left++;
		else
			ep_buf_addf(out, "%s%s", out->len ? "; also " : "",
				    seen);
	}
	if (left)
		ep_buf_addf(out, "; and %zu more", left);
}

void ep_told_evidence(const struct ep_eval *eval, const struct ep_violation *v,
		      struct ep_buf *out)
{
	size_t n = kept(eval, v);

	ep_buf_adds(out, v->evidence);
	if (v->twins == 0)
		return;
	ep_buf_cut(out, out->len - 1);
	ep_buf_adds(out, also + (ep_str_eq(v->evidence, "{}") ? 1 : 0));
	for (size_t i = 0; i < n; i++)
		ep_buf_addf(out, "%s%s", i ? "," : "",
			    eval->twin.v[v->twin + i].evidence);
	ep_buf_adds(out, end);
	if (n < v->twins)
		ep_buf_addf(out, ",\"also_left\":%zu", v->twins - n);
	ep_buf_addc(out, '}');
}
