/* SPDX-License-Identifier: Apache-2.0 */
/* Which vendors the simulated MSP has; a new one adds its rows here. */
#include "autotask.h"
#include "connectwise.h"
#include "dnsfilter.h"
#include "entra.h"
#include "google.h"
#include "halopsa.h"
#include "ninjaone.h"
#include "okta.h"
#include "onelogin.h"
#include "printix.h"
#include "vendor.h"

const struct es_vendor es_vendors[] = {
	{ "printix", "printix-auth", es_px_auth_handle, es_px_error,
	  es_px_throttle, es_px_auth_may_post, NULL, NULL },
	{ "printix", "printix-api", es_px_api_handle, es_px_error,
	  es_px_throttle, NULL, es_px_truth, es_px_credentials },
	{ "dnsfilter", "dnsfilter", es_df_handle, es_df_error,
	  es_df_throttle, NULL, es_df_truth, es_df_credentials },
	{ "ninjaone", "ninjaone", es_nj_handle, es_nj_error,
	  es_nj_throttle, es_nj_may_post, es_nj_truth, es_nj_credentials },
	{ "okta", "okta", es_ok_handle, es_ok_error, es_ok_throttle,
	  es_ok_may_post, es_ok_truth, es_ok_credentials },
	{ "onelogin", "onelogin", es_ol_handle, es_ol_error,
	  es_ol_throttle, es_ol_may_post, es_ol_truth, es_ol_credentials },
	{ "entra", "entra-login", es_en_login_handle, es_en_error,
	  es_en_throttle, es_en_login_may_post, NULL, NULL },
	{ "entra", "graph", es_en_handle, es_en_error,
	  es_en_throttle, NULL, es_en_truth, es_en_credentials },
	{ "halopsa", "halopsa", es_ha_handle, es_ha_error,
	  es_ha_throttle, es_ha_may_post, es_ha_truth, es_ha_credentials },
	{ "connectwise-psa", "connectwise", es_cw_handle, es_cw_error,
	  es_cw_throttle, es_cw_may_post, es_cw_truth, es_cw_credentials },
	{ "google", "google-oauth", es_go_token_handle, es_go_token_error,
	  es_go_throttle, es_go_token_may_post, NULL, NULL },
	{ "google", "google-admin", es_go_handle, es_go_error,
	  es_go_throttle, NULL, es_go_truth, es_go_credentials },
	{ "google", "google-licensing", es_go_handle, es_go_error,
	  es_go_throttle, NULL, NULL, NULL },
	{ "google-reseller", "google-reseller", es_go_handle, es_go_error,
	  es_go_throttle, NULL, es_go_reseller_truth, NULL },
	{ "autotask", "autotask", es_at_handle, es_at_error,
	  es_at_throttle, es_at_may_post, es_at_truth, es_at_credentials },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
