#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks this package with stock tools: sh, sqlite3, sha256sum, xxd, openssl,
# and ssh-keygen where the checkpoint is signed.
#
#   sh check.sh [SUM]    SUM: the SHA-256 of SHA256SUMS, as you were told it
#
# 1 every file is as SHA256SUMS says          names the file
# 2 every group holds the records of its head names run and group
# 3 the heads are the tree of the run, and the run is in the log that the
#   checkpoint speaks for
# 4 the checkpoint is signed (checkpoint.sig and allowed_signers beside it)
# 5 every rule counts again what it counted   names rule and unit
set -u
LC_ALL=C
export LC_ALL
case $0 in
*/*) cd "${0%/*}" || exit 2 ;;
esac
bad=0
fail() {
	echo "NOT RIGHT: $*"
	bad=$((bad + 1))
}
sql() {
	sqlite3 -safe -readonly evidence.db "$@"
}
# sum of standard input
sum() {
	out=$(sha256sum) && echo "${out%% *}"
}
# leaf TEXT: its hash as a leaf
leaf() {
	printf '\000%s' "$1" | sum
}
# node LEFT RIGHT
node() {
	printf '01%s%s' "$1" "$2" | xxd -r -p | sum
}

# --- 1: files
if [ $# -gt 0 ] && [ "$(sum <SHA256SUMS)" != "$1" ]; then
	fail "file SHA256SUMS is not the one you were told of"
fi
names=
while read -r want name; do
	names="$names $name"
	[ "$(sum <"$name")" = "$want" ] || fail "file $name"
done <SHA256SUMS
for name in check.sh checkpoint evidence.db run.leaf run.path; do
	case " $names " in
	*" $name "*) ;;
	*) fail "file SHA256SUMS does not name $name" ;;
	esac
done
echo "1 files:$names"

# root: of the tree over the hashes that are given
root() {
	while [ $# -gt 1 ]; do
		up=
		while [ $# -gt 1 ]; do
			up="$up $(node "$1" "$2")"
			shift 2
		done
		# shellcheck disable=SC2086
		set -- $up "$@"
	done
	echo "${1-}"
}
# tree GROUP: the root of a group with erased records.  Of these the hash is
# left; what stands in their place has no place in the tree and proves nothing.
tree() {
	at=0
	hashes=
	while [ $at -lt "$2" ]; do
		h=$(sql "SELECT hash FROM erased WHERE grp = '$1' AND pos = $at")
		[ -n "$h" ] || h=$(leaf "$(sql "SELECT leaf FROM leaf WHERE
			grp = '$1' AND pos = $at")")
		hashes="$hashes $h"
		at=$((at + 1))
	done
	# shellcheck disable=SC2086
	root $hashes
}

# --- 2: groups
run=$(sqlite3 :memory: "SELECT json_extract(CAST(readfile('run.leaf') AS TEXT),
	'\$.run')") || fail "run.leaf is no JSON"
groups=0
erased=0
nothing=$(printf '' | sum)
while read -r flat count there gone shells root name; do
	groups=$((groups + 1))
	if [ "$gone" -gt 0 ]; then
		erased=$((erased + gone))
		[ "$(tree "$name" "$count") $shells $((there + gone))" = \
			"$root $gone $count" ] || fail "run $run, group $name:" \
			"other records than the head says"
		continue
	fi
	have=$nothing
	[ "$there" -eq 0 ] || have=$(sql "SELECT leaf FROM leaf WHERE
		grp = '$name' ORDER BY pos" | sum)
	[ "$have $there $shells" = "$flat $count 0" ] ||
		fail "run $run, group $name: other records than the head says"
done <<LIST
$(sql -separator ' ' "SELECT head ->> '\$.flat_sha256', head ->> '\$.count',
	(SELECT count(*) FROM leaf AS l WHERE l.grp = g.name AND l.pos >= 0),
	(SELECT count(*) FROM erased AS e WHERE e.grp = g.name),
	(SELECT count(*) FROM leaf AS l WHERE l.grp = g.name AND l.pos < 0),
	head ->> '\$.root', g.name
	FROM grp AS g ORDER BY g.pos")
LIST
strangers=$(sql "SELECT count(*) FROM (SELECT grp FROM leaf UNION ALL
	SELECT grp FROM erased) WHERE grp NOT IN (SELECT name FROM grp)")
[ "$strangers" = 0 ] || fail "run $run: $strangers records of no group"
echo "2 groups: $groups"
[ $erased -eq 0 ] || echo "  $erased records were erased: their hashes are as" \
	"sealed, and what stands in their place is counted but proves nothing"

# --- 3: tree and log
level=
i=0
while [ $i -lt $groups ]; do
	head=$(sql "SELECT head FROM grp WHERE pos = $i")
	level="$level $(leaf "$head")"
	i=$((i + 1))
done
# shellcheck disable=SC2086
have=$(root $level)
want=$(sqlite3 :memory: "SELECT json_extract(CAST(readfile('run.leaf') AS
	TEXT), '\$.root')")
[ "$have" = "$want" ] || fail "run $run: the heads are not those that were sealed"
IFS= read -r head <run.leaf
h=$(leaf "$head")
{
	read -r i n
	n=$((n - 1))
	while read -r s; do
		if [ "$n" -le 0 ]; then
			h="a path that is too long"
			break
		fi
		if [ $((i & 1)) -eq 1 ] || [ "$i" -eq "$n" ]; then
			h=$(node "$s" "$h")
			while [ $((i & 1)) -eq 0 ] && [ "$i" -ne 0 ]; do
				i=$((i >> 1))
				n=$((n >> 1))
			done
		else
			h=$(node "$h" "$s")
		fi
		i=$((i >> 1))
		n=$((n >> 1))
	done
	[ "$n" -eq 0 ] || h="a path that is too short"
} <run.path
{
	read -r origin
	read -r size
	read -r root
} <checkpoint
log=$(printf '%s\n' "$root" | openssl base64 -d | xxd -p -c 64)
[ "$h" = "$log" ] ||
	fail "run $run is not in the log of the checkpoint (leads to $h)"
echo "3 log: $origin, $size sealed runs"

# --- 4: signature
if [ -f checkpoint.sig ] && [ -f allowed_signers ]; then
	read -r signer _ <allowed_signers
	if ssh-keygen -Y verify -f allowed_signers -I "$signer" \
		-n exitproof-checkpoint -s checkpoint.sig <checkpoint; then
		echo "4 signature: $signer"
	else
		fail "the signature of the checkpoint"
	fi
else
	echo "4 signature: none is here; compare the checkpoint with the one" \
		"that you keep"
fi

# --- 5: counts
# narrow NEEDS: what a rule declared is all that it saw.
narrow() {
	sqlite3 :memory: "WITH RECURSIVE
	item(text, rest) AS (
		SELECT NULL, '$1' || ','
		UNION ALL
		SELECT trim(substr(rest, 1, instr(rest, ',') - 1)),
		       substr(rest, instr(rest, ',') + 1)
		  FROM item WHERE rest <> ''),
	need(kind, list) AS (
		SELECT CASE WHEN instr(text, '[')
		            THEN substr(text, 1, instr(text, '[') - 1)
		            ELSE text END,
		       CASE WHEN instr(text, '[')
		            THEN replace(replace(rtrim(substr(text,
		                 instr(text, '[') + 1), ']'), '|', ' '),
		                 '  ', ' ') END
		  FROM item WHERE text <> ''),
	bare(kind, list) AS (
		SELECT replace(CASE WHEN instr(kind, '@')
		            THEN substr(kind, 1, instr(kind, '@') - 1)
		            ELSE kind END, 'gone_', ''), list FROM need),
	whole(kind, list) AS (
		SELECT kind, group_concat(list, ' ') FROM bare
		 WHERE kind IN ('tenant', 'account', 'role', 'team',
		       'membership', 'credential', 'agent', 'subscription',
		       'resource', 'ticket', 'person', 'alias')
		 GROUP BY kind HAVING count(*) = count(list)),
	name(view, kind, list) AS (
		SELECT kind, kind, list FROM whole
		UNION ALL
		SELECT 'gone_' || kind, kind, list FROM whole)
	SELECT 'CREATE TEMP VIEW ' || view || ' AS SELECT * FROM main.' || view
	    || ' WHERE instr(''' || ' ' || list || ' ' ||
	    ''', '' '' || dataset || '' '');' FROM name"
}
# A query of a rule without its end.  iso(), which prints a time, is the one
# function that stock SQLite lacks: it becomes strftime(..., 'unixepoch').
# st: 0 code, 1 text, 2 comment; marks: how deep the open iso( stand.
query() {
	sql "WITH RECURSIVE
	q(t) AS (
		SELECT rtrim($1, ';' || char(10) || ' ') FROM leaf
		 WHERE entity = 'rule' AND part = 'kept' AND id = '$2'),
	w(i, st, depth, marks, out) AS (
		SELECT 1, 0, 0, ';', '' FROM q
		UNION ALL
		SELECT i + CASE WHEN st = 0 AND substr(t, i, 4) = 'iso('
		                THEN 4 ELSE 1 END,
		       CASE WHEN st = 0 AND substr(t, i, 1) = '''' THEN 1
		            WHEN st = 1 AND substr(t, i, 1) = '''' THEN 0
		            WHEN st = 0 AND substr(t, i, 2) = '--' THEN 2
		            WHEN st = 2 AND substr(t, i, 1) = char(10) THEN 0
		            ELSE st END,
		       depth + CASE WHEN st <> 0 THEN 0
		                    WHEN substr(t, i, 1) = '(' OR
		                         substr(t, i, 4) = 'iso(' THEN 1
		                    WHEN substr(t, i, 1) = ')' THEN -1
		                    ELSE 0 END,
		       CASE WHEN st = 0 AND substr(t, i, 4) = 'iso('
		            THEN ';' || (depth + 1) || marks
		            WHEN st = 0 AND substr(t, i, 1) = ')' AND
		                 marks LIKE ';' || depth || ';%'
		            THEN substr(marks, length(depth) + 2)
		            ELSE marks END,
		       out || CASE WHEN st = 0 AND substr(t, i, 4) = 'iso('
		            THEN 'strftime(''%Y-%m-%dT%H:%M:%SZ'', '
		            WHEN st = 0 AND substr(t, i, 1) = ')' AND
		                 marks LIKE ';' || depth || ';%'
		            THEN ', ''unixepoch'')'
		            ELSE substr(t, i, 1) END
		  FROM w, q WHERE i <= length(t))
	SELECT out FROM w ORDER BY i DESC LIMIT 1"
}
# Columns are those of the members that occur: where no rule ran, as in a
# verify, there are none to ask for.
rules_kept() {
	if [ "$(sql "SELECT count(*) FROM leaf WHERE entity = 'rule'")" -gt 0 ]
	then
		sql -separator ' ' "SELECT id, per, needs FROM leaf WHERE
			entity = 'rule' AND part = 'kept' AND id IN (
			SELECT rule FROM leaf WHERE entity = 'result' AND
			part = 'kept' AND result <> 'NOT-APPLICABLE')
			ORDER BY id"
	fi
}
rules=0
counts=0
while read -r rule per needs; do
	[ -n "$rule" ] || continue
	rules=$((rules + 1))
	case $per in
	fleet) unit="'fleet'" ;;
	*) unit="coalesce($per, '-')" ;;
	esac
	found=$({
		narrow "$needs"
		echo ".parameter init"
		sql "SELECT 'INSERT INTO temp.sqlite_parameters(key, value)
			VALUES(' || quote(':' || name) || ', ' || quote(value)
			|| ');' FROM param WHERE rule IN ('*', '$rule')"
		echo "CREATE TEMP TABLE p AS SELECT CAST($unit AS TEXT) AS unit,
			sum(n) AS n FROM ("
		query population "$rule"
		echo ") GROUP BY 1;"
		echo "CREATE TEMP TABLE v AS SELECT CAST($unit AS TEXT) AS unit,
			count(*) AS n FROM ("
		query violations "$rule"
		echo ") GROUP BY 1;"
		echo "SELECT r.unit || ': ' || r.population || ' examined and '
			|| (r.violations + r.waived) || ' violations then, ' ||
			coalesce(p.n, 0) || ' and ' || coalesce(v.n, 0) ||
			' now' FROM leaf r LEFT JOIN p ON p.unit = r.unit
			LEFT JOIN v ON v.unit = r.unit
			WHERE r.entity = 'result' AND r.part = 'kept' AND
			r.rule = '$rule' AND r.result <> 'NOT-APPLICABLE' AND
			(r.population <> coalesce(p.n, 0) OR
			r.violations + r.waived <> coalesce(v.n, 0));"
		echo "SELECT '= ' || count(*) FROM leaf r WHERE
			r.entity = 'result' AND r.part = 'kept' AND
			r.rule = '$rule' AND r.result <> 'NOT-APPLICABLE';"
	} | sql 2>&1) || fail "rule $rule could not be run: $found"
	while read -r line; do
		case $line in
		"= "*) counts=$((counts + ${line#= })) ;;
		*) fail "rule $rule, $line" ;;
		esac
	done <<FOUND
$found
FOUND
done <<LIST
$(rules_kept)
LIST
if [ "$rules" -eq 0 ]; then
	echo "5 counts: none, this run ran no rules"
else
	echo "5 counts: $counts results of $rules rules"
fi

if [ $bad -ne 0 ]; then
	echo "$bad things are not right"
	exit 1
fi
echo "everything is as it was sealed"
