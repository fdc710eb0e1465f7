#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who has to know is told, once for each change and in one digest: by mail, to
# Slack, to Teams, as JSON.  What could not be told is told the next time, and
# nothing of a vendor's text can act in a mail or a chat.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config
sink=$ep_work/sink
mkdir "$sink"
python3 "$EP_SRC/tests/sink.py" "$sink" </dev/null >&2 &
sink_pid=$!
# shellcheck disable=SC2317
stop_sink() {
	kill "$sink_pid" 2>/dev/null
	wait "$sink_pid" 2>/dev/null
	ep_cleanup
}
trap stop_sink EXIT
tries=0
while [ ! -s "$sink/ports" ]; do
	tries=$((tries + 1))
	[ $tries -gt 200 ] && exit 1
	sleep 0.05
done
read -r smtp web <"$sink/ports"

umask 077
echo "http://127.0.0.1:$web/services/T0/CANARY-hook" >"$config/secrets/slack"
echo "http://127.0.0.1:$web/teams/CANARY-hook" >"$config/secrets/teams"
echo "http://127.0.0.1:$web/json/CANARY-hook" >"$config/secrets/json"
echo CANARY-mail-password >"$config/secrets/mail"
sed -i 's/^  owners: \[ana.lima@northwind.example\]/&\
  manager: ana.lima@northwind.example/' "$EXITPROOF_CONFIG"
sed -i 's/^owners:/manager: ravi.rao@northwind.example\n&/' \
	"$config/customers/acme.yaml" "$config/customers/bluebird.yaml"
check_status "nobody is to be told" 78 ep notify
cp "$EXITPROOF_CONFIG" "$ep_work/plain.yaml"
cat >>"$EXITPROOF_CONFIG" <<X
notify:
  - id: managers
    by: mail
    server: smtp://127.0.0.1:$smtp
    sender: exitproof@northwind.example
    to: managers
    user: exitproof
    password: {file: secrets/mail}
    from: high
  - id: desk
    by: slack
    url: {file: secrets/slack}
    customers: [acme]
  - id: room
    by: teams
    url: {file: secrets/teams}
    from: critical
  - id: feed
    by: json
    url: {file: secrets/json}
    customers: [acme]
X
# shellcheck disable=SC2317
notify() {
	ep notify --now 2026-11-17T03:00:00Z "$@"
}
# counts MAILS POSTS
counts() {
	check_same "$1" "$2 $3" "$(find "$sink" -name 'mail-*' | wc -l) $(find \
		"$sink" -name 'post-*' | wc -l)"
}

check_status "nothing was ever checked" 66 notify
# shellcheck disable=SC2317
few() {
	night "$1" --tenant acme --tenant bluebird --dataset entra
}
check_status "a night" 2 few 1
check_status "a dry run" 0 notify --dry-run
counts "... sends nothing" 0 0
check_status "the first notice" 0 notify
counts "... one mail to each manager, one post to each chat" 2 3
check_has "the mail comes from a known user" "$sink/mail-1" '^AUTH PLAIN'
# text N: what a reader sees of a mail
text() {
	tr -d '\r' <"$sink/mail-$1" | sed '1,/^$/d' | sed '1,/^$/d' |
		base64 -d >"$ep_work/text-$1"
}
text 1
text 2
check_has "a manager is told where things stand" "$ep_work/text-1" \
	'findings are open'
check_has "... and that not read is not clean" "$ep_work/text-2" \
	'nothing there is known to be clean'
check_status "nothing has changed" 0 notify
counts "... and nothing is sent" 2 3

# A change with a name that would like to act: an account that an MSP's
# technician called that.
sqlite3 "$ep_db" "UPDATE finding SET name = 'x
Bcc: all@acme.example
<!channel> <https://evil.example|click> [click](https://evil.example) *b*'
	WHERE fingerprint = (SELECT fingerprint FROM finding
	WHERE customer = 'acme' AND severity = 'critical' LIMIT 1);
	UPDATE check_run SET run = run + 1;
	UPDATE run SET id = id + 1;
	INSERT INTO finding_event SELECT (SELECT max(run) FROM check_run),
	fingerprint, 'came_back', 1 FROM finding
	WHERE customer = 'acme' AND severity = 'critical'"
touch "$sink/fail"
check_status "nobody can be reached" 69 notify
counts "... and nothing is kept" 2 3
rm "$sink/fail"
check_status "then all can be" 0 notify
counts "... and are told what they missed" 3 6
check_same "only his manager gets a mail" 'RCPT TO:<ravi.rao@northwind.example>' \
	"$(tr -d '\r' <"$sink/mail-3" | grep '^RCPT')"
check_lacks "no name becomes a header" "$sink/mail-3" '^Bcc'
text 3
check_has "it says what came back" "$ep_work/text-3" '^Came back'
grep -l services/T0 "$sink"/post-* | tail -n 1 >"$ep_work/which"
slack=$(cat "$ep_work/which")
check_lacks "Slack: no name mentions anybody" "$slack" '<!channel>'
check_has "... it is only shown" "$slack" '&lt;!channel&gt;'
teams=$(grep -l teams/ "$sink"/post-* | tail -n 1)
check_lacks "Teams: no name is a link" "$teams" '[^\\]\[click'
tail -n 1 "$teams" | jq -r '.attachments[0].content.body[0].text' \
	>"$ep_work/card"
check_has "Teams: the card is one" "$ep_work/card" 'Came back'
feed=$(grep -l json/ "$sink"/post-* | tail -n 1)
check_same "JSON: each change" 2 "$(tail -n 1 "$feed" |
	jq '[.changes[] | select(.event == "came_back" and .customer == "acme")]
		| length')"
check_status "and nothing more" 0 notify
counts "... is sent" 3 6

# Secrets and bad configuration.
check_status "the traces of a notice" 0 notify --trace all
notify --trace all >"$ep_work/trace" 2>&1
touch "$sink/fail"
sqlite3 "$ep_db" "UPDATE notice_sent SET status = 0"
notify --trace all >>"$ep_work/trace" 2>&1
check_lacks "... tell no secret" "$ep_work/trace" CANARY-
check_has "... and are there" "$ep_work/trace" 'POST http'
for bad in 'by: pigeon' 'by: mail' 'url: https://hook.example' \
	'customers: [nobody]'; do
	cp "$ep_work/plain.yaml" "$EXITPROOF_CONFIG"
	printf 'notify:\n  - id: x\n    %s\n' "$bad" >>"$EXITPROOF_CONFIG"
	check_status "a wrong entry: $bad" 78 notify
done
cp "$ep_work/plain.yaml" "$EXITPROOF_CONFIG"
cat >>"$EXITPROOF_CONFIG" <<'X'
notify:
  - {id: x, by: mail, server: "smtp://mail.example", sender: "a@b.example\nBcc: c@d.example", to: [a@b.example]}
X
check_status "an address that is two" 78 notify
done_testing
