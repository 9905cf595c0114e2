"""Signs requests to the Dr. Burger graph with an API key: HTTP Message Signatures (RFC 9421) by HMAC-SHA256.

Needs Python 3.9 or newer and its standard library only. As a command it sends a request and prints the answer:

    DRBURGER_API_KEY=drb_... python3 drburger_signing.py <address> '{"documentId":"..."}'
    DRBURGER_API_KEY=drb_... python3 drburger_signing.py 'http://localhost:4007/v1/stores?page[size]=2'
"""

import base64
import hashlib
import hmac
import os
import secrets
import sys
import time
import urllib.error
import urllib.request


def sign_request(url, body, api_key, method="POST", created=None, nonce=None):
    """The headers that sign a request. `body` is bytes: send exactly these. Leave `created` and `nonce` out."""
    key_id, _, secret = api_key.rpartition("_")
    if not key_id.startswith("drb_") or not secret:
        raise ValueError("an API key has the form drb_<app>_<id>_<secret>")
    created = int(time.time()) if created is None else created
    nonce = secrets.token_hex(16) if nonce is None else nonce
    signing_key = hmac.digest(secret.encode(), b"drburger-request-signing-v1", "sha256")
    digest = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()
    parameters = (
        '("@method" "@target-uri" "content-digest");created=%d;keyid="%s";nonce="%s";alg="hmac-sha256"'
        % (created, key_id, nonce)
    )
    base = "\n".join(
        [
            '"@method": ' + method,
            '"@target-uri": ' + url,
            '"content-digest": ' + digest,
            '"@signature-params": ' + parameters,
        ]
    )
    signature = base64.b64encode(hmac.digest(signing_key, base.encode(), "sha256")).decode()
    return {
        "content-type": "application/json",
        "content-digest": digest,
        "signature-input": "sig=" + parameters,
        "signature": "sig=:%s:" % signature,
    }


def main():
    url, body = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "").encode()
    method = "POST" if body else "GET"
    headers = sign_request(url, body, os.environ["DRBURGER_API_KEY"], method)
    request = urllib.request.Request(url, body or None, headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            print(response.read().decode())
    except urllib.error.HTTPError as error:
        print(error.read().decode())
        sys.exit(1)


if __name__ == "__main__":
    main()
