/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and ports, by Landlock.  Each call lays one more layer over the
 * process; a layer can only take away.
 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/* Rights that the headers of Debian 12 do not know yet. */
#define FS_TRUNCATE (1ULL << 14)	/* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15)	/* ABI 5 */
#define NET_BIND_TCP (1ULL << 0)	/* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_SOCKET (1ULL << 0)	/* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)
#define RULE_NET_PORT 2

struct layer {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct port_rule {
	uint64_t access;
	uint64_t port;
};

/* What a rule may give to a file; the rest is for folders. */
#define FILE_RIGHTS                                              \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	 FS_TRUNCATE)
#define READ_RIGHTS \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS                                                     \
	(READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE |     \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |  \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR)

static char may_read[] = "r";
static char may_write[] = "w";

void ep_confine_init(struct ep_confine *confine)
{
	ep_map_init(&confine->paths);
}

void ep_confine_release(struct ep_confine *confine)
{
	ep_map_release(&confine->paths, NULL);
}

void ep_confine_read(struct ep_confine *confine, const char *path)
{
	if (path && *path && !ep_map_get(&confine->paths, path))
		ep_map_set(&confine->paths, path, may_read);
}

void ep_confine_write(struct ep_confine *confine, const char *path)
{
	EP_AUTO_FREE char *at = ep_strdup(path && *path ? path : ".");
	struct stat st;

	while (stat(at, &st) != 0 || !S_ISDIR(st.st_mode)) {
		size_t n = strlen(at);
		char *above;

		while (n > 1 && at[n - 1] == '/')
			at[--n] = '\0';
		above = ep_file_folder(at);
		ep_free(at);
		at = above;
		if (strcmp(at, "/") == 0 || strcmp(at, ".") == 0)
			break;
	}
	ep_map_set(&confine->paths, at, may_write);
}

/* --- the kernel ------------------------------------------------------------- */

/* 0 when the kernel has none, or was told to leave it off. */
static long abi(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? version : 0;
}

static uint64_t fs_rights(long version)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rights |= FS_TRUNCATE;
	if (version >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

static int new_layer(const struct layer *layer, long version,
		     struct ep_err *err)
{
	size_t size = sizeof(layer->fs);
	long fd;

	if (version >= 4)
		size += sizeof(layer->net);
	if (version >= 6)
		size += sizeof(layer->scoped);
	fd = syscall(SYS_landlock_create_ruleset, layer, size, 0);
	if (fd < 0)
		return ep_err_errno(err, EP_EPERM,
				    "the kernel refuses a Landlock rule set");
	return (int)fd;
}

static int lay(int fd, struct ep_err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		return ep_err_errno(err, EP_EPERM, "the kernel refuses to "
				    "restrict this process (Landlock)");
	return 0;
}

/* --- files ------------------------------------------------------------------- */

static int allow(int layer, const char *path, uint64_t rights,
		 struct ep_err *err)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	struct stat st;
	int rc = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &st) != 0 || !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	if (syscall(SYS_landlock_add_rule, layer, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) != 0)
		rc = ep_err_errno(err, EP_EPERM, "%s: the kernel refuses a "
				  "Landlock rule for it", path);
	close(rule.parent_fd);
	return rc;
}

int ep_confine_files(const struct ep_confine *confine, bool *ret_held,
		     struct ep_err *err)
{
	long version = abi();
	struct layer layer = { .fs = fs_rights(version) };
	struct ep_map_entry *e;
	size_t pos = 0;
	int fd, rc = 0;

	*ret_held = version > 0;
	if (version == 0)
		return 0;
	if (version >= 6)
		layer.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
	fd = new_layer(&layer, version, err);
	if (fd < 0)
		return fd;
	while (rc == 0 && (e = ep_map_next(&confine->paths, &pos)))
		rc = allow(fd, e->key,
			   (e->value == may_write ? WRITE_RIGHTS :
						    READ_RIGHTS) & layer.fs,
			   err);
	if (rc == 0)
		rc = lay(fd, err);
	close(fd);
	return rc;
}

/* --- ports ------------------------------------------------------------------- */

int ep_confine_ports(const uint16_t *ports, size_t n, bool *ret_held,
		     struct ep_err *err)
{
	const struct layer layer = { .net = NET_BIND_TCP | NET_CONNECT_TCP };
	long version = abi();
	int fd, rc = 0;

	*ret_held = version >= 4;
	if (version < 4)
		return 0;
	fd = new_layer(&layer, version, err);
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct port_rule rule = { NET_CONNECT_TCP, ports[i] };

		if (syscall(SYS_landlock_add_rule, fd, RULE_NET_PORT, &rule,
			    0) != 0)
			rc = ep_err_errno(err, EP_EPERM, "the kernel refuses "
					  "a Landlock rule for port %u",
					  (unsigned int)ports[i]);
	}
	if (rc == 0)
		rc = lay(fd, err);
	close(fd);
	return rc;
}
