#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Apps that prove themselves with a signature: Okta's service app and Entra's
# certificate.  The simulated vendors check it as the notes say (signature,
# key, audience, times, used once, scopes); the program passes, and whatever
# is wrong about it is a refusal that says so.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
base=$(estate_get base_url)
secrets=$ep_work/config/secrets
bearer=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
okta=$base/okta/northwind/oauth2/v1/token
app=0oa1nwservice0000000
okta_key=$secrets/okta-00onorthwind00000000-service
entra_tenant=4e0a57b1-1000-4000-8000-00000000e001
entra=$base/entra-login/$entra_tenant/oauth2/v2.0/token
client=e0a50000-0000-4000-8000-00000000a001
entra_key=$secrets/entra-$entra_tenant-exitproof-key

b64() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# jwt KEY HEADER CLAIMS: signed with RS256.
jwt() {
	text=$(printf %s "$2" | b64).$(printf %s "$3" | b64)
	printf '%s.%s' "$text" "$(printf %s "$text" |
		openssl dgst -sha256 -sign "$1" | b64)"
}

# claims CLIENT AUDIENCE JTI [SECONDS]
claims() {
	now=$(date +%s)
	printf '{"iss":"%s","sub":"%s","aud":"%s","jti":"%s","iat":%s,"exp":%s}' \
		"$1" "$1" "$2" "$3" "$now" "$((now + ${4:-300}))"
}

# ask URL [CURL OPTION...]: $ep_work/body, $status.
ask() {
	url=$1
	shift
	status=$(curl -s --max-time 10 --cacert "$(estate_get ca_file)" \
		-o "$ep_work/body" -w '%{http_code}' \
		-d grant_type=client_credentials "$@" "$url")
}

# okta_is NAME STATUS REGEX ASSERTION [SCOPE]
okta_is() {
	ask "$okta" -d "client_assertion_type=$bearer" \
		-d "client_assertion=$4" \
		--data-urlencode "scope=${5:-okta.users.read}"
	check_same "okta: $1: status" "$2" "$status"
	check_has "okta: $1" "$ep_work/body" "$3"
}

# entra_is NAME STATUS REGEX ASSERTION
entra_is() {
	ask "$entra" -d "client_id=$client" \
		-d "client_assertion_type=$bearer" -d "client_assertion=$4" \
		-d scope=https://graph.microsoft.com/.default
	check_same "entra: $1: status" "$2" "$status"
	check_has "entra: $1" "$ep_work/body" "$3"
}

# --------------------------------------------------------------------- Okta
head='{"alg":"RS256","kid":"nw-key-1"}'
good=$(jwt "$okta_key" "$head" "$(claims $app "$okta" one)")
ask "$okta" -d client_id=$app -d client_secret=guess -d scope=okta.users.read
check_same "okta: a secret is refused" 401 "$status"
okta_is "a good one" 200 '"scope":"okta.users.read"' "$good"
token=$(jq -r .access_token "$ep_work/body")
okta_is "the same once more" 401 'used already' "$good"
okta_is "another key" 401 'signature is invalid' \
	"$(jwt "$entra_key" "$head" "$(claims $app "$okta" two)")"
okta_is "another key id" 401 'signature is invalid' "$(jwt "$okta_key" \
	'{"alg":"RS256","kid":"other"}' "$(claims $app "$okta" three)")"
okta_is "no algorithm" 401 'signature is invalid' "$(jwt "$okta_key" \
	'{"alg":"none","kid":"nw-key-1"}' "$(claims $app "$okta" four)")"
okta_is "for somebody else" 401 'audience' "$(jwt "$okta_key" "$head" \
	"$(claims $app "$base/okta/acme/oauth2/v1/token" five)")"
okta_is "good for a day" 401 'too far' "$(jwt "$okta_key" "$head" \
	"$(claims $app "$okta" six 86400)")"
okta_is "a stranger's" 401 'subject must be' "$(jwt "$okta_key" "$head" \
	"$(claims nobody "$okta" seven)")"
okta_is "more than was granted" 400 invalid_scope "$(jwt "$okta_key" "$head" \
	"$(claims $app "$okta" eight)")" "okta.users.read okta.users.manage"
ask "$okta" -d x=y
check_has "okta: nothing" "$ep_work/body" private_key_jwt

# api PATH STATUS: with the token for users.
api() {
	status=$(curl -s --max-time 10 --cacert "$(estate_get ca_file)" \
		-o "$ep_work/body" -w '%{http_code}' \
		-H "Authorization: Bearer $token" "$base/okta/$1")
	check_same "okta: $1" "$2" "$status"
}
api northwind/api/v1/users 200
api northwind/api/v1/groups 403
api acme/api/v1/users 401

# -------------------------------------------------------------------- Entra
head='{"alg":"RS256","typ":"JWT","x5t":"bm9ydGh3aW5kLWNlcnQtMDE"}'
good=$(jwt "$entra_key" "$head" "$(claims $client "$entra" one)")
entra_is "a good one" 200 '"token_type":"Bearer"' "$good"
entra_is "the same once more" 401 AADSTS700027 "$good"
entra_is "another key" 401 'AADSTS700027: The certificate' \
	"$(jwt "$okta_key" "$head" "$(claims $client "$entra" two)")"
entra_is "another certificate" 401 'AADSTS700027: The certificate' \
	"$(jwt "$entra_key" '{"alg":"RS256","x5t":"other"}' \
	"$(claims $client "$entra" three)")"
entra_is "for another tenancy" 401 'AADSTS700027.*audience' \
	"$(jwt "$entra_key" "$head" "$(claims $client \
	"$base/entra-login/acme.example/oauth2/v2.0/token" four)")"
entra_is "good for an hour" 401 'AADSTS700027.*time range' \
	"$(jwt "$entra_key" "$head" "$(claims $client "$entra" five 3600)")"
entra_is "nothing" 401 'AADSTS700027.*not a JWT' x

# ------------------------------------------------- what the scanner makes of it
sed -e 's,api_token: {file: secrets/okta-00onorthwind00000000-exitproof},XX,' \
	-e '/^ *XX$/d' "$EXITPROOF_CONFIG" >"$ep_work/plain.yaml"
awk -v key="$okta_key" -v entra="$entra_key" '
	/- connector: okta/ { okta = 1 }
	okta && /^ *token:/ {
		sub(/token:/, "service:")
		print
		print "          client_id: 0oa1nwservice0000000"
		print "          key_id: nw-key-1"
		print "          private_key: {file: " key "}"
		okta = 0
		next
	}
	/client_secret: .*secrets\/entra-/ {
		print "          thumbprint: bm9ydGh3aW5kLWNlcnQtMDE"
		print "          private_key: {file: " entra "}"
		next
	}
	/- connector: entra$/ { certificate = 1 }
	/- connector: entra-partner/ { certificate = 0; partner = 1 }
	/^ *app:/ && certificate {
		sub(/app:/, "app_certificate:")
		certificate = 0
	}
	{ print }' "$ep_work/plain.yaml" |
	awk '/- connector: entra-partner/ { skip = 1; next }
		skip && /- connector:/ { skip = 0 }
		!skip { print }' >"$EXITPROOF_CONFIG"
check_status "a night with signatures" 2 ep run --now 2026-11-17T02:00:00Z
status_of() {
	ep query "SELECT status FROM coverage WHERE tenant = '$1'
		AND dataset = '$2'" | tail -n 1
}
north=okta/00onorthwind00000000
for set in users groups user_roles api_tokens apps devices; do
	check_same "okta.$set" complete "$(status_of $north okta.$set)"
done
check_has "... by the app" "$ep_work/estate.journal" "cred=app:$app"
for set in users groups applications; do
	check_same "entra.$set" complete \
		"$(status_of entra/$entra_tenant entra.$set)"
done
sed -i 's/key_id: nw-key-1/key_id: other/' "$EXITPROOF_CONFIG"
check_status "a night with a key that was exchanged" 2 ep run \
	--now 2026-11-18T02:00:00Z
check_same "okta: everything is denied" denied "$(status_of $north okta.users)"
check_has "... and it says why" /dev/stdin 'signature is invalid' <<X
$(ep query "SELECT reason FROM coverage WHERE tenant = '$north'
	AND dataset = 'okta.users'")
X
check_same "no key is left behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/ -e /body)"
done_testing
