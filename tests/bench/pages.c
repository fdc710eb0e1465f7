/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the pages of an MSP whose tenants list users in the manner of a
 * directory, for a server of files: FOLDER/msp.json (who answers),
 * FOLDER/tenants.json, and FOLDER/t/TENANT/N.json with 200 users each and a
 * relative next link.  All of it follows from tenant, user and night: each
 * night one user in a hundred gets another department, and of the others four
 * in seven have signed in.
 *
 *	pages FOLDER TENANTS USERS NIGHT
 *
 * Prints how many users changed that night, and how many signed in.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 200
#define CHURN_PERMILLE 10
#define SIGN_INS_PERMILLE 576
#define FIRST_NIGHT 1795478400	/* 2026-11-24 */

/* Of users in all pages: changed and moved since the night before. */
static long changed, moved;

static const char *const given[] = { "Ana", "Björn", "Chloé", "Dilek", "Emre",
	"Fatima", "Goran", "Håkon", "Ines", "Jürgen", "Katarzyna", "Luís" };
static const char *const family[] = { "Lima", "Nováková", "Müller", "Øst",
	"Papadopoulos", "Quist", "Rossi", "Şahin", "Tóth", "Ulvær", "Vogt" };
static const char *const department[] = { "Sales", "Finance", "Operations",
	"Human Resources", "Legal", "Warehouse", "Service Desk" };

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t draw(uint64_t tenant, uint64_t user, uint64_t what)
{
	return mix(mix(mix(tenant) ^ user) ^ what);
}

/* The last night up to this one on which the dice of the user fell so. */
static int last_night(uint64_t tenant, uint64_t user, int night,
		      uint64_t salt, uint64_t permille)
{
	for (; night > 0; night--)
		if (draw(tenant, user, salt + (uint64_t)night) % 1000 <
		    permille)
			return night;
	return 0;
}

static void put_guid(FILE *f, uint64_t a, uint64_t b)
{
	fprintf(f, "%08x-%04x-4%03x-a%03x-%012" PRIx64, (unsigned)(a >> 32),
		(unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
		(unsigned)(b >> 52), b & UINT64_C(0xffffffffffff));
}

static void put_time(FILE *f, time_t t)
{
	char text[32];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fputs(text, f);
}

static void put_sign_in(FILE *f, uint64_t t, uint64_t u, int night)
{
	int last = last_night(t, u, night, 2000, SIGN_INS_PERMILLE);
	time_t when = FIRST_NIGHT + last * 86400 -
		      (time_t)(draw(t, u, 9 + (uint64_t)last) % 86400);

	moved += night > 0 && last == night;
	fputs("\"signInActivity\":{\"lastSignInDateTime\":\"", f);
	put_time(f, when);
	fputs("\",\"lastSignInRequestId\":\"", f);
	put_guid(f, draw(t, u, 4000 + (uint64_t)last),
		 draw(t, u, 5000 + (uint64_t)last));
	fputs("\"},", f);
}

static void put_user(FILE *f, uint64_t t, uint64_t u, int night)
{
	uint64_t id = draw(t, u, 1);
	int churned = last_night(t, u, night, 1000, CHURN_PERMILLE);
	const char *first = given[id % 12];
	const char *last = family[(id >> 8) % 11];
	char login[64];

	snprintf(login, sizeof(login), "user%06" PRIu64 "@tenant%06" PRIu64
		 ".example", u, t);
	fputs("{\"id\":\"", f);
	put_guid(f, id, draw(t, u, 2));
	fprintf(f, "\",\"displayName\":\"%s %s\",\"givenName\":\"%s\","
		"\"surname\":\"%s\",\"mail\":\"%s\",\"userPrincipalName\":"
		"\"%s\",\"accountEnabled\":%s,\"department\":\"%s\",",
		first, last, first, last, login, login,
		id % 20 ? "true" : "false",
		department[(id >> 16 ^ (uint64_t)churned) % 7]);
	changed += night > 0 && churned == night;
	fputs("\"createdDateTime\":\"", f);
	put_time(f, (time_t)(1500000000 + id % 250000000));
	fprintf(f, "\",\"employeeId\":\"%07" PRIu64 "\",\"userType\":"
		"\"Member\",", id % 10000000);
	put_sign_in(f, t, u, night);
	fputs("\"assignedLicenses\":[{\"disabledPlans\":[],\"skuId\":\"", f);
	put_guid(f, mix(id % 5), 7);
	fputs("\"}]}", f);
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "w");

	if (f)
		return f;
	perror(path);
	exit(73);
}

static void finish(FILE *f, const char *path)
{
	if (!ferror(f) && fclose(f) == 0)
		return;
	perror(path);
	exit(73);
}

static void make_folder(const char *path)
{
	if (mkdir(path, 0755) < 0 && access(path, F_OK) < 0) {
		perror(path);
		exit(73);
	}
}

static void put_page(const char *folder, int t, int users, int page,
		     int night)
{
	int from = page * PAGE;
	int to = from + PAGE < users ? from + PAGE : users;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/t/%d/%d.json", folder, t, page);
	f = create(path);
	if (to < users)
		fprintf(f, "{\"@odata.nextLink\":\"%d.json\",\"value\":[",
			page + 1);
	else
		fputs("{\"value\":[", f);
	for (int u = from; u < to; u++) {
		if (u > from)
			fputc(',', f);
		put_user(f, (uint64_t)t, (uint64_t)u, night);
	}
	fputs("]}", f);
	finish(f, path);
}

static void put_tenants(const char *folder, int tenants)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tenants.json", folder);
	f = create(path);
	fputs("{\"value\":[", f);
	for (int t = 0; t < tenants; t++)
		fprintf(f, "%s{\"id\":\"%d\",\"name\":\"Tenant %d\"}",
			t ? "," : "", t, t);
	fputs("]}", f);
	finish(f, path);
	snprintf(path, sizeof(path), "%s/msp.json", folder);
	f = create(path);
	fputs("{\"id\":\"msp\"}", f);
	finish(f, path);
}

int main(int argc, char **argv)
{
	char path[4096];
	int tenants, users, night;

	if (argc != 5) {
		fprintf(stderr, "usage: pages FOLDER TENANTS USERS NIGHT\n");
		return 64;
	}
	tenants = (int)strtol(argv[2], NULL, 10);
	users = (int)strtol(argv[3], NULL, 10);
	night = (int)strtol(argv[4], NULL, 10);
	make_folder(argv[1]);
	snprintf(path, sizeof(path), "%s/t", argv[1]);
	make_folder(path);
	for (int t = 0; t < tenants; t++) {
		snprintf(path, sizeof(path), "%s/t/%d", argv[1], t);
		make_folder(path);
		for (int page = 0; page * PAGE < users; page++)
			put_page(argv[1], t, users, page, night);
	}
	put_tenants(argv[1], tenants);
	printf("%ld %ld\n", changed, moved);
	return 0;
}
