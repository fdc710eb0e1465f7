/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letting go of a connector.
 */
#include "collect/spec_read.h"

#include "base/alloc.h"

static void credential_release(struct ep_spec_credential *c)
{
	ep_free(c->name);
	ep_free(c->doc);
	ep_free(c->hint);
	ep_spec_words_release(&c->params);
	ep_spec_words_release(&c->secrets);
	ep_free(c->header);
	ep_free(c->value);
	ep_free(c->user);
	ep_free(c->password);
	ep_free(c->ca_file);
	ep_free(c->url);
	ep_spec_pairs_release(&c->form);
	ep_spec_pairs_release(&c->headers);
	ep_free(c->token_path);
	ep_free(c->expires_path);
	ep_free(c->key);
	ep_spec_pairs_release(&c->claims);
	ep_spec_pairs_release(&c->jose);
	ep_spec_granted_release(&c->granted);
	ep_spec_who_release(&c->who);
}

void ep_spec_endpoint_release(struct ep_spec_endpoint *e)
{
	ep_free(e->name);
	ep_free(e->title);
	ep_free(e->doc);
	ep_free(e->base);
	ep_free(e->path);
	ep_spec_ldap_free(e->ldap);
	ep_free(e->never_empty);
	ep_free(e->body);
	ep_spec_pairs_release(&e->query);
	ep_spec_pairs_release(&e->headers);
	ep_spec_words_release(&e->credentials);
	ep_spec_words_release(&e->permissions);
	ep_free(e->for_each);
	ep_free(e->records);
	ep_spec_pairs_release(&e->records_absent);
	ep_free(e->total);
	ep_spec_page_release(&e->page);
	ep_vec_release(&e->absent);
	ep_free(e->tenant_path);
	ep_free(e->success_path);
	ep_free(e->rights);
	ep_free(e->granted_path);
	ep_spec_words_release(&e->granted_words);
	ep_spec_changes_release(&e->changes);
	ep_spec_emits_release(&e->emits);
}

static void import_release(struct ep_spec_import *im)
{
	ep_free(im->name);
	ep_free(im->title);
	ep_free(im->file);
	ep_free(im->doc);
	ep_free(im->of_system);
	ep_free(im->tenant_column);
	ep_free(im->captured_at);
	ep_free(im->captured_by);
	ep_free(im->records);
	ep_spec_words_release(&im->columns);
	ep_spec_words_release(&im->lists);
	ep_spec_words_release(&im->links);
	ep_free(im->through);
	ep_spec_words_release(&im->optional_columns);
	ep_spec_emits_release(&im->emits);
}

static void head_release(struct ep_spec *spec)
{
	ep_free(spec->file);
	ep_free(spec->id);
	ep_free(spec->system);
	ep_free(spec->title);
	ep_free(spec->docs);
	for (size_t i = 0; i < spec->params.n; i++) {
		ep_free(spec->params.v[i].name);
		ep_free(spec->params.v[i].doc);
		ep_free(spec->params.v[i].fallback);
	}
	ep_vec_release(&spec->params);
	ep_spec_pairs_release(&spec->bases);
	ep_spec_pairs_release(&spec->headers);
	for (size_t i = 0; i < spec->limits.wait.n; i++)
		ep_free(spec->limits.wait.v[i].name);
	ep_vec_release(&spec->limits.wait);
	ep_free(spec->limits.remaining_header);
	ep_free(spec->limits.throttled_path);
	ep_spec_words_release(&spec->limits.throttled_words);
	ep_free(spec->limits.denied_path);
	ep_spec_words_release(&spec->limits.denied_words);
	ep_spec_page_release(&spec->page);
	ep_free(spec->locate.endpoint);
	ep_free(spec->locate.path);
	ep_spec_words_release(&spec->locate.below);
	ep_free(spec->identity.endpoint);
	ep_free(spec->identity.path);
	ep_free(spec->identity.find);
	ep_spec_words_release(&spec->never);
}

void ep_spec_free(struct ep_spec *spec)
{
	if (!spec)
		return;
	head_release(spec);
	for (size_t i = 0; i < spec->credentials.n; i++)
		credential_release(&spec->credentials.v[i]);
	ep_vec_release(&spec->credentials);
	for (size_t i = 0; i < spec->endpoints.n; i++)
		ep_spec_endpoint_release(&spec->endpoints.v[i]);
	ep_vec_release(&spec->endpoints);
	for (size_t i = 0; i < spec->imports.n; i++)
		import_release(&spec->imports.v[i]);
	ep_vec_release(&spec->imports);
	for (size_t i = 0; i < spec->writes.n; i++)
		ep_spec_write_release(&spec->writes.v[i]);
	ep_vec_release(&spec->writes);
	ep_free(spec);
}
