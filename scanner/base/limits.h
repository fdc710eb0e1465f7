/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cap of the program, each with its reason.  Nothing that comes from
 * outside may grow past a named limit; the error that stops it names the
 * limit.  Values are ceilings against hostile input, not tuning knobs: what
 * a user may tune lives in the configuration.
 */
#ifndef EP_LIMITS_H
#define EP_LIMITS_H

/* One error message; errors never allocate. */
#define EP_ERR_MSG_MAX 1024

/* One configuration, connector, rule or report file.  The largest shipped
 * connector is below 64 KiB. */
#define EP_FILE_BYTES_MAX (4 * 1024 * 1024)

/* Files of one kind in one folder: one file per customer, ten times the
 * customers of the largest fleet foreseen. */
#define EP_FOLDER_FILES_MAX 100000

/* A file whose stamp is that young may change once more and keep it: the
 * coarsest file system counts two seconds, and a file server's clock may be
 * behind. */
#define EP_STAMP_SETTLED_SECONDS 10

/* Nodes and nesting of one YAML file: a customer file with 10,000 waivers
 * has some 80,000 nodes. */
#define EP_YAML_NODES_MAX 400000
#define EP_YAML_DEPTH_MAX 32

/* One answer of a vendor, after decompression.  The largest page known is
 * DNSFilter's 1,500 agents at about 3 KiB each. */
#define EP_PAGE_BYTES_MAX (32 * 1024 * 1024)

/* Response headers of one answer. */
#define EP_HEADER_BYTES_MAX (64 * 1024)
#define EP_HEADERS_MAX 200

/* A transfer: below this many bytes a second for so many seconds it is dead;
 * seconds to connect and in all unless the request says otherwise. */
#define EP_HTTP_SLOW_BYTES 50
#define EP_HTTP_SLOW_SECONDS 30
#define EP_HTTP_CONNECT_SECONDS 20
#define EP_HTTP_TOTAL_SECONDS 120

/* How many times as fast a test may let waits pass: the longest of them
 * still takes some milliseconds, so that they keep their order. */
#define EP_HURRY_MAX 10000

/* Transfers at once, to one host and in all: vendors answer slower, not
 * faster, beyond that. */
#define EP_HTTP_PER_HOST 8
#define EP_HTTP_AT_ONCE 64

/* A JSON document: nesting, and values (a value costs about 64 bytes in
 * cJSON, so a million is 64 MiB). */
#define EP_JSON_DEPTH_MAX 64
#define EP_JSON_VALUES_MAX 1000000

/* Pages and records of one listing: 2,000,000 records are twenty times the
 * largest tenant foreseen. */
#define EP_PAGES_MAX 20000
#define EP_RECORDS_MAX 2000000

/* One text value that is stored; longer ones are cut and marked altered. */
#define EP_TEXT_BYTES_MAX 8192

/* The allow-listed raw attributes of one record: a DNSFilter user who may see
 * 10,000 organisations lists their ids in 90 KB. */
#define EP_ATTR_BYTES_MAX 131072

/* A secret: the longest seen is a PEM private key of about 3.3 KiB. */
#define EP_SECRET_BYTES_MAX 16384

/* A URL, after substitution. */
#define EP_URL_BYTES_MAX 8192

/* How often one request is tried again, whatever the connector says. */
#define EP_RETRIES_MAX 8

/* The same while a person waits for the answer: once more gets over a blip,
 * and a host that is dead is told of before the person gives up. */
#define EP_RETRIES_URGENT_MAX 1

/* A wait that a server may ask for; longer ones end the dataset. */
#define EP_WAIT_SECONDS_MAX 900

/* Of our share of a rate budget, what a night leaves to a verify that a
 * technician waits for.  More would make every night longer by as much. */
#define EP_BUDGET_KEPT_PERCENT 4

/* Requests that one budget can have in its window, as far as another process
 * tells of them: the largest limit that a connector may state. */
#define EP_BUDGET_REQUESTS_MAX 1000000

/* The longest of our own pauses between tries. */
#define EP_BACKOFF_SECONDS_MAX 60

/* How often one request may be told to wait: a throttled listing goes on
 * slowly, but not for ever. */
#define EP_THROTTLES_MAX 20

/* Retries of one connection in one run: a vendor that fails everywhere is
 * not asked thousands of times. */
#define EP_CONNECTION_RETRIES_MAX 100

/* Requests to one host that brought no answer, one after the other: from
 * then on none is tried again until one is answered. */
#define EP_HOST_FAILURES_MAX 20

/* Tokens asked for with one credential in one run: six hours of tokens that
 * live five minutes. */
#define EP_TOKENS_MAX 100

/* Permissions of one credential that a vendor names, and bytes of one name:
 * an application that may do everything in Microsoft Graph holds some 700,
 * and a scope that is a URL stays below 100 bytes. */
#define EP_PERMISSIONS_MAX 2000
#define EP_PERMISSION_BYTES_MAX 200

/* Requests under way at once over all vendors, and bytes of pages that wait
 * to be mapped (parsed, they take some eight times as much memory); above
 * either nothing new is sent. */
#define EP_TRANSFERS_MAX 64
#define EP_WORK_BYTES_MAX (4 * 1024 * 1024)

/* A directory: entries of one answer (a domain controller gives 1,000),
 * values of one attribute (a group of everybody in the largest domain
 * foreseen), referrals that are remembered of one answer (a domain has
 * three and one for each domain below it), listings that are open over one
 * connection (a domain controller forgets the tenth), and directories with
 * their threads in one run. */
#define EP_LDAP_PAGE_ENTRIES_MAX 10000
#define EP_LDAP_VALUES_MAX 500000
#define EP_LDAP_REFERRALS_MAX 64
#define EP_LDAP_COOKIES_MAX 8
#define EP_LDAP_SESSIONS_MAX 2000

/* Difference between a vendor's clock and ours: above the first it is said,
 * above the second ages cannot be trusted. */
#define EP_SKEW_SECONDS_SAID 600
#define EP_SKEW_SECONDS_MAX 86400

/* Columns and bytes of one CSV record: the widest table that is imported has
 * some 40 columns, and a quote that is never closed swallows a whole file. */
#define EP_CSV_COLUMNS_MAX 256
#define EP_CSV_RECORD_BYTES_MAX (1024 * 1024)

/* One record of an LDIF file: a group of 100,000 members with long names. */
#define EP_LDIF_RECORD_BYTES_MAX (32 * 1024 * 1024)

/* One import file (CSV, JSON or LDIF). */
#define EP_IMPORT_BYTES_MAX (256 * 1024 * 1024)

/* Work of one regular expression on one subject; 100,000 steps end a
 * catastrophic pattern within about a millisecond. */
#define EP_REGEX_MATCH_LIMIT 100000
#define EP_REGEX_DEPTH_LIMIT 1000

/* A pattern as written, and the memory (in KiB) that one match may take: a
 * list of 200 alias domains has some 5 KiB. */
#define EP_REGEX_BYTES_MAX 16384
#define EP_REGEX_HEAP_KIB_MAX 4096

/* One rule: seconds and SQLite virtual-machine steps (in thousands). */
#define EP_RULE_SECONDS_MAX 60
#define EP_RULE_KILOSTEPS_MAX 2000000

/* One SQLite value: a page compressed or not, never more than twice that. */
#define EP_DB_VALUE_BYTES_MAX (2 * EP_PAGE_BYTES_MAX)

/* One SQL text built by the program. */
#define EP_DB_SQL_BYTES_MAX (1024 * 1024)

/* A LIKE or GLOB pattern: matching takes time in the product of pattern and
 * subject, and no real pattern is longer than an address. */
#define EP_DB_LIKE_BYTES_MAX 1024

/* Statements kept prepared; the store has about a hundred. */
#define EP_DB_STATEMENTS_MAX 256

/* Patterns kept compiled for one connection, and the length of one. */
#define EP_DB_REGEXES_MAX 512
#define EP_REGEX_PATTERN_BYTES_MAX 4096

/* How long a statement waits for another process, in milliseconds, and the
 * page cache of one connection in KiB, which is also what one sort holds in
 * memory before it goes on in a temporary file.  Nights and rules pass over
 * most rows once: four times as much made neither quicker. */
#define EP_DB_BUSY_MS 5000
#define EP_DB_CACHE_KIB 8192

/* How long a question about an exit waits for whoever writes the database, in
 * milliseconds: others who ask are through by then, a night is not. */
#define EP_STORE_WAIT_MS 3000

/* The largest database that is copied for such a question: twenty times a
 * year of a million accounts, and some minutes of a disk. */
#define EP_STORE_ASIDE_BYTES_MAX (32LL * 1024 * 1024 * 1024)

/* The page cache while a report is written, and what one of its sorts holds
 * in memory before it goes on in a temporary file.  A report passes over
 * most rows once; the rest of a large database would only push out what
 * another process can use. */
#define EP_REPORT_CACHE_KIB 2048

/* One text or attribute of an XML or HTML output: a whole style sheet or the
 * longest list of finding subjects. */
#define EP_XML_TEXT_BYTES_MAX (1024 * 1024)

/* The logo in every HTML page: a page of 300 KB should not be picture. */
#define EP_LOGO_BYTES_MAX (64 * 1024)

/* Differences of one dataset that wait in memory, before they go to a file;
 * sixteen tenants read at once stay below 8 MiB. */
#define EP_STAGE_BYTES_MAX (256 * 1024)

/* Work that waits for the store's writer: enough to keep it busy, little
 * enough that a slow disk slows the reading down instead of filling memory. */
#define EP_WRITER_BYTES_MAX (8 * 1024 * 1024)

/* Records that must have been known before a listing that holds none of them
 * is doubted: of a handful all may change in a day, of more they do not. */
#define EP_HELD_REPLACED_MIN 5

/* Datasets that finish within this time share one transaction. */
#define EP_WRITER_GROUP_MS 200

/* Rows whose fingerprints are one pack: what is read and written at a time
 * stays below 64 KiB. */
#define EP_LISTING_ROWS_MAX 1024

/* Packed old values of volatile columns in one row of volatile_history. */
#define EP_VOLATILE_BYTES_MAX (1024 * 1024)
/* Rows in one such pack: 100 bytes each while it is made. */
#define EP_COLUMNS_ROWS_MAX 65536

/* The JSON text that undoes one change of a record. */
#define EP_UNDO_BYTES_MAX (2 * 1024 * 1024)

/* What stands in the way of one result: things named before "and N more",
 * and the bytes of their text; a reader acts on the first few. */
#define EP_GATE_NAMED_MAX 5
#define EP_GATE_TEXT_MAX 8192

/* Dataset groups that one need of a rule may list. */
#define EP_NEED_GROUPS_MAX 16

/* Days for which something may be waived: a yearly review, and the month in
 * which it is held. */
#define EP_WAIVER_DAYS_MAX 400

/* Violations of one rule: ten for each tenancy of the largest fleet. */
#define EP_VIOLATIONS_MAX 1000000

/* Further rows about the subject of a finding that it tells of: who share an
 * address or a login; a list of more is that of a house. */
#define EP_TOLD_TWINS_MAX 8

/* Writes to PSAs of one ticket sync: a desk that switches it on gets a list
 * that it can work through, the rest comes the next time. */
#define EP_SYNC_MOST 50

/* End states of one exit profile, and items of one exit: a technician with
 * ten accounts in each tenancy of the largest fleet. */
#define EP_EXIT_ENDS_MAX 200
#define EP_EXIT_ITEMS_MAX 200000

/* What a human writes beside an attestation: a paragraph. */
#define EP_EXIT_NOTE_BYTES_MAX 2000

/* Diagnostics printed for one load before "and N more". */
#define EP_DIAG_MAX 200

#endif
