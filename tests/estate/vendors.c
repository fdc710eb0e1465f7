/* SPDX-License-Identifier: Apache-2.0 */
/* Which vendors the simulated MSP has; a new one adds its rows here. */
#include "dnsfilter.h"
#include "ninjaone.h"
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
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};
