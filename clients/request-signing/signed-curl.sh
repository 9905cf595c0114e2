#!/bin/sh
# Sends a request that is signed with an API key (HTTP Message Signatures, RFC 9421, by HMAC-SHA256), by curl and openssl:
#
#   DRBURGER_API_KEY=drb_… ./signed-curl.sh <address> '{"documentId":"…"}' [<flags of curl>…]
#
# CREATED and NONCE set these for tests with known results; with PRINT_HEADERS=1 the headers are printed and nothing is sent.
set -eu
url=$1
body=$2
shift 2
key_id=${DRBURGER_API_KEY%_*}
secret=${DRBURGER_API_KEY##*_}
created=${CREATED:-$(date +%s)}
nonce=${NONCE:-$(openssl rand -hex 16)}

signing_key=$(printf %s drburger-request-signing-v1 | openssl dgst -sha256 -hmac "$secret" | sed 's/.*= //')
digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
parameters="(\"@method\" \"@target-uri\" \"content-digest\");created=$created;keyid=\"$key_id\";nonce=\"$nonce\";alg=\"hmac-sha256\""
signature=$(
  printf '"@method": POST\n"@target-uri": %s\n"content-digest": %s\n"@signature-params": %s' "$url" "$digest" "$parameters" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$signing_key" -binary | openssl base64 -A
)
if [ "${PRINT_HEADERS:-}" = 1 ]; then
  printf 'content-type: application/json\ncontent-digest: %s\nsignature-input: sig=%s\nsignature: sig=:%s:\n' \
    "$digest" "$parameters" "$signature"
  exit
fi
curl -s "$url" -H 'content-type: application/json' -H "content-digest: $digest" -H "signature-input: sig=$parameters" \
  -H "signature: sig=:$signature:" --data-binary "$body" "$@"
