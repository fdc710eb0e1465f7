/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to fail, and the calls that are no calls on files: memory, network
 * and the time of day.
 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *const class_words[] = { "memory", "library", "file",
					   "write", "net", "clock" };
static const char *const what_words[] = { "none", "once", "ever", "full",
					  "kill", "torn", "power", "back",
					  "ahead", "far" };

static struct {
	bool on;
	enum shim_class class;
	enum shim_what what;
	long at;
	atomic_long calls[SHIM_CLASSES];
	atomic_bool struck;
	uint64_t random;
	char root[512];
	char told[512];
} plan;

/* --- the plan ------------------------------------------------------------- */

static int index_of(const char *const *words, size_t n, const char *word,
		    size_t length)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == length &&
		    strncmp(words[i], word, length) == 0)
			return (int)i;
	return -1;
}

/* Not getenv's caller's business: called before main, single-threaded. */
static void read_plan(const char *text)
{
	size_t first = strcspn(text, ":");
	const char *second = text + first + (text[first] == ':');
	size_t length = strcspn(second, ":");
	int class = index_of(class_words, SHIM_CLASSES, text, first);
	int what = index_of(what_words,
			    sizeof(what_words) / sizeof(what_words[0]), second,
			    length);
	char *end = NULL;

	if (class < 0 || what < 0 || second[length] != ':') {
		static const char wrong[] = "FAULT: not CLASS:WHAT:N\n";

		if (write(STDERR_FILENO, wrong, sizeof(wrong) - 1) < 0)
			_exit(99);
		_exit(98);
	}
	plan.class = (enum shim_class)class;
	plan.what = (enum shim_what)what;
	plan.at = strtol(second + length + 1, &end, 10);
	plan.random = 88172645463325252U;
	if (end && *end == ':')
		plan.random ^= strtoul(end + 1, NULL, 10) * 2654435761U;
	plan.on = true;
}

static int find_program(struct dl_phdr_info *info, size_t size, void *to);

static void copy_path(char to[512], const char *path, const char *end)
{
	if (path && snprintf(to, 512, "%s%s", path, end) >= 512)
		to[0] = '\0';
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAULT");

	copy_path(plan.root, getenv("FAULT_ROOT"), "/");
	copy_path(plan.told, getenv("FAULT_TOLD"), "");
	dl_iterate_phdr(find_program, NULL);
	/* What it starts is not under test. */
	unsetenv("LD_PRELOAD");
	if (text)
		read_plan(text);
}

static void tell(void)
{
	char text[256];
	int n = 0;
	int fd;

	if (!plan.told[0])
		return;
	for (int i = 0; i < SHIM_CLASSES; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s=%ld\n",
			      class_words[i], (long)plan.calls[i]);
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "struck=%d\nalive=%ld\n", (int)plan.struck,
		      leak_alive());
	fd = ((int (*)(const char *, int, ...))shim_next("open"))(
		plan.told, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0 &&
	    ((ssize_t(*)(int, const void *, size_t))shim_next("write"))(
		    fd, text, (size_t)n) == n)
		close(fd);
}

__attribute__((destructor)) static void end(void)
{
	bool lose = plan.on && plan.what == SHIM_POWER && plan.at == 0;

	plan.on = false;
	if (lose) {
		plan.struck = true;
		power_lose();
	}
	tell();
}

void *shim_next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

const char *shim_root(void)
{
	return plan.root[0] ? plan.root : NULL;
}

bool shim_power(void)
{
	return plan.on && plan.what == SHIM_POWER;
}

unsigned int shim_random(unsigned int below)
{
	plan.random ^= plan.random << 13;
	plan.random ^= plan.random >> 7;
	plan.random ^= plan.random << 17;
	return (unsigned int)(plan.random % below);
}

void shim_die(void)
{
	tell();
	kill(getpid(), SIGKILL);
	_exit(137);
}

int shim_file_errno(void)
{
	return plan.what == SHIM_FULL ? ENOSPC : EIO;
}

bool shim_tears(void)
{
	return plan.on && plan.what == SHIM_TORN &&
	       plan.calls[SHIM_WRITE] == plan.at;
}

static bool reached(enum shim_class class, long n)
{
	if (class != plan.class || plan.at == 0)
		return false;
	if (plan.what == SHIM_EVER || plan.what == SHIM_FULL ||
	    plan.what >= SHIM_BACK)
		return n >= plan.at;
	return n == plan.at && plan.what != SHIM_NONE &&
	       plan.what != SHIM_TORN;
}

bool shim_strikes(enum shim_class class)
{
	long n = atomic_fetch_add(&plan.calls[class], 1) + 1;

	if (!plan.on || !reached(class, n))
		return false;
	plan.struck = true;
	if (plan.what == SHIM_POWER) {
		plan.on = false;
		power_lose();
		shim_die();
	}
	if (plan.what == SHIM_KILL)
		shim_die();
	return true;
}

/* --- memory ----------------------------------------------------------------- */

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);

/* The code of the program itself, whose answer to exhaustion is one line. */
static struct {
	uintptr_t low, high;
} program;

static int find_program(struct dl_phdr_info *info, size_t size, void *to)
{
	(void)size;
	(void)to;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		program.low = info->dlpi_addr + part->p_vaddr;
		program.high = program.low + part->p_memsz;
	}
	return 1;	/* the first one is the program */
}

static bool is_program(const void *caller)
{
	return (uintptr_t)caller >= program.low &&
	       (uintptr_t)caller < program.high;
}

static bool no_memory(const void *caller)
{
	bool struck = shim_strikes(SHIM_MEMORY);

	if (!is_program(caller) && shim_strikes(SHIM_LIBRARY))
		struck = true;
	if (struck)
		errno = ENOMEM;
	return struck;
}

static void *noted(void *p, const void *caller)
{
	if (is_program(caller))
		leak_add(p);
	return p;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n)
{
	return no_memory(CALLER) ? NULL : noted(__libc_malloc(n), CALLER);
}

void *calloc(size_t n, size_t size)
{
	return no_memory(CALLER) ? NULL :
				   noted(__libc_calloc(n, size), CALLER);
}

static void *resize(void *p, size_t n, const void *caller)
{
	bool known;
	void *q;

	if (no_memory(caller))
		return NULL;
	known = leak_remove(p);
	q = __libc_realloc(p, n);
	if (q ? known : known && n)
		leak_add(q ? q : p);
	else if (q && !p)
		(void)noted(q, caller);
	return q;
}

void *realloc(void *p, size_t n)
{
	return resize(p, n, CALLER);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return resize(p, total, CALLER);
}

void *aligned_alloc(size_t align, size_t n)
{
	return no_memory(CALLER) ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **ret, size_t align, size_t n)
{
	void *p = no_memory(CALLER) ? NULL : __libc_memalign(align, n);

	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}

void free(void *p)
{
	(void)leak_remove(p);
	__libc_free(p);
}

/* --- network ----------------------------------------------------------------- */

/* Sockets of the machine's own plumbing are no network. */
static bool is_network(int domain)
{
	return domain == AF_INET || domain == AF_INET6;
}

static bool net_fails(int error)
{
	if (!shim_strikes(SHIM_NET))
		return false;
	errno = error;
	return true;
}

int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int) = shim_next("socket");

	if (is_network(domain) && net_fails(EMFILE))
		return -1;
	return next(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t n)
{
	int (*next)(int, const struct sockaddr *, socklen_t) =
		shim_next("connect");

	if (is_network(address->sa_family) && net_fails(ECONNREFUSED))
		return -1;
	return next(fd, address, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	ssize_t (*next)(int, const void *, size_t, int) = shim_next("send");

	if (net_fails(ECONNRESET))
		return -1;
	return next(fd, p, n, flags);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	ssize_t (*next)(int, void *, size_t, int) = shim_next("recv");

	if (net_fails(ECONNRESET))
		return -1;
	return next(fd, p, n, flags);
}

ssize_t __recv_chk(int fd, void *p, size_t n, size_t room, int flags);
ssize_t __recv_chk(int fd, void *p, size_t n, size_t room, int flags)
{
	(void)room;
	return recv(fd, p, n, flags);
}

int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **ret)
{
	int (*next)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **) = shim_next("getaddrinfo");

	if (shim_strikes(SHIM_NET))
		return EAI_AGAIN;
	return next(node, service, hints, ret);
}

/* --- time ---------------------------------------------------------------------- */

static int64_t jump(void)
{
	if (!shim_strikes(SHIM_CLOCK))
		return 0;
	switch (plan.what) {
	case SHIM_BACK:
		return -86400;
	case SHIM_AHEAD:
		return 366 * 86400LL;
	default:
		return 13 * 366 * 86400LL;
	}
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
	int (*next)(clockid_t, struct timespec *) = shim_next("clock_gettime");
	int rc = next(id, ret);

	if (rc == 0 && id == CLOCK_REALTIME)
		ret->tv_sec += jump();
	return rc;
}

time_t time(time_t *ret)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	ret->tv_sec = now.tv_sec;
	ret->tv_usec = now.tv_nsec / 1000;
	return 0;
}
