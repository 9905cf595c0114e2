#!/bin/sh
# Sends a request that is signed with an API key (HTTP Message Signatures, RFC 9421, by HMAC-SHA256), by curl and openssl:
#
#   DRBURGER_API_KEY=drb_… ./signed-curl.sh <address> '{"documentId":"…"}' [<flags of curl>…]
#   DRBURGER_API_KEY=drb_… ./signed-curl.sh 'http://localhost:4007/v1/stores?page[size]=2'
#
# It is a POST with a body and a GET without one; METHOD sets another. CREATED and NONCE set these for tests with known results; with PRINT_HEADERS=1 the headers are printed and nothing is sent.
set -eu
url=$1
body=${2:-}
shift "$(($# < 2 ? $# : 2))"
method=${METHOD:-$([ -n "$body" ] && echo POST || echo GET)}
key_id=${DRBURGER_API_KEY%_*}
secret=${DRBURGER_API_KEY##*_}
created=${CREATED:-$(date +%s)}
nonce=${NONCE:-$(openssl rand -hex 16)}

# The key in hexadecimal digits $1, filled up to the 64 bytes of a block, each byte XOR $2.
block() {
  rest=$1
  for _ in 1 2 3 4 5 6 7 8; do
    for _ in 1 2 3 4 5 6 7 8; do
      byte=0
      if [ -n "$rest" ]; then
        tail=${rest#??}
        byte=0x${rest%"$tail"}
        rest=$tail
      fi
      printf "\\$(printf %03o $((byte ^ $2)))"
    done
  done
}
# HMAC-SHA256 (RFC 2104) of what it reads, by the key in hexadecimal digits $1. It is made from plain digests because
# openssl takes a key as an argument only, and every user of a machine can read the arguments of all commands.
hmac() {
  {
    block "$1" 92
    { block "$1" 54 && cat; } | openssl dgst -sha256 -binary
  } | openssl dgst -sha256 -binary
}
hex() { od -An -v -tx1 | tr -d ' \n'; }

signing_key=$(printf %s drburger-request-signing-v1 | hmac "$(printf %s "$secret" | hex)" | hex)
digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
parameters="(\"@method\" \"@target-uri\" \"content-digest\");created=$created;keyid=\"$key_id\";nonce=\"$nonce\";alg=\"hmac-sha256\""
signature=$(
  printf '"@method": %s\n"@target-uri": %s\n"content-digest": %s\n"@signature-params": %s' "$method" "$url" "$digest" "$parameters" |
    hmac "$signing_key" | openssl base64 -A
)
if [ "${PRINT_HEADERS:-}" = 1 ]; then
  printf 'content-type: application/json\ncontent-digest: %s\nsignature-input: sig=%s\nsignature: sig=:%s:\n' \
    "$digest" "$parameters" "$signature"
  exit
fi
[ -z "$body" ] || set -- --data-binary "$body" "$@"
curl -sg -X "$method" "$url" -H 'content-type: application/json' -H "content-digest: $digest" \
  -H "signature-input: sig=$parameters" -H "signature: sig=:$signature:" "$@"
