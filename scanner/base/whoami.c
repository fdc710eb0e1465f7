/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the system once.
 */
#include "base/whoami.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

const char *ep_whoami_user(void)
{
	static char name[256];
	const struct passwd *user;

	if (name[0])
		return name;
	user = getpwuid(geteuid());
	if (user && user->pw_name && user->pw_name[0])
		snprintf(name, sizeof(name), "%s", user->pw_name);
	else
		snprintf(name, sizeof(name), "uid %u", (unsigned int)geteuid());
	return name;
}

const char *ep_whoami_host(void)
{
	static char name[256];

	if (name[0])
		return name;
	if (gethostname(name, sizeof(name) - 1) < 0 || !name[0])
		snprintf(name, sizeof(name), "unknown");
	return name;
}
