/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP and the LDAP door as one transport.
 */
#include "collect/transport.h"

#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "collect/ledger.h"

static int network_submit(void *to, const struct ep_http_request *request,
			  struct ep_err *err)
{
	const struct ep_network *network = to;

	return ep_http_submit(network->http, request, err);
}

static int open_ldap(struct ep_network *network, struct ep_err *err)
{
	const struct ep_ldap_options options = {
		.allow_loopback = network->config->testing.allow_loopback,
		.ca_file = network->config->testing.ca_file,
	};
	int rc;

	if (network->ldap)
		return 0;
	rc = ep_ldap_open(&options, &network->ldap, err);
	if (rc == 0)
		ep_http_watch(network->http, ep_ldap_fd(network->ldap));
	return rc;
}

static int network_search(void *to, const struct ep_ldap_search *search,
			  struct ep_err *err)
{
	struct ep_network *network = to;
	int rc = open_ldap(network, err);

	return rc < 0 ? rc : ep_ldap_submit(network->ldap, search, err);
}

static size_t network_running(void *to)
{
	const struct ep_network *network = to;

	return ep_http_running(network->http) +
	       (network->ldap ? ep_ldap_running(network->ldap) : 0);
}

static int64_t hurry(const struct ep_network *network)
{
	int64_t times = network->config->testing.hurry;

	return times > 1 ? times : 1;
}

static int network_poll(void *to, int timeout_ms, struct ep_err *err)
{
	struct ep_network *network = to;
	struct pollfd wake = {
		.fd = network->ldap ? ep_ldap_fd(network->ldap) : -1,
		.events = POLLIN,
	};
	int rc = 0;

	if (timeout_ms > 0)
		timeout_ms = (int)(timeout_ms / hurry(network)) + 1;
	/* With nothing under way it would return at once. */
	if (ep_http_running(network->http) == 0)
		poll(&wake, 1, timeout_ms);
	else
		rc = ep_http_poll(network->http, timeout_ms, err);
	if (network->ldap)
		ep_ldap_poll(network->ldap);
	return rc;
}

static int64_t network_now_ms(void *to)
{
	return ep_clock_mono_ms() * hurry(to);
}

void ep_network_init(struct ep_network *network, struct ep_http *http,
		     const struct ep_config *config)
{
	struct ep_err err = EP_ERR_INIT;

	*network = (struct ep_network){ .http = http, .config = config };
	if (config->budgets &&
	    ep_ledger_open(config->budgets, network_now_ms(network),
			   &network->ledger, &err) < 0)
		snprintf(network->alone, sizeof(network->alone), "%s",
			 err.msg);
}

void ep_network_release(struct ep_network *network)
{
	ep_http_watch(network->http, -1);
	ep_ldap_close(network->ldap);
	network->ldap = NULL;
	ep_ledger_close(network->ledger);
	network->ledger = NULL;
}

const char *ep_network_alone(const struct ep_network *network)
{
	if (network->alone[0])
		return network->alone;
	return network->ledger ? ep_ledger_trouble(network->ledger) : NULL;
}

void ep_network_transport(struct ep_network *network, struct ep_transport *ret)
{
	*ret = (struct ep_transport){
		.to = network,
		.submit = network_submit,
		.search = network_search,
		.running = network_running,
		.poll = network_poll,
		.header = ep_http_header,
		.now_ms = network_now_ms,
		.ledger = network->ledger,
	};
}
