#!/usr/bin/env python3
"""Receives webhooks of Dr. Burger, with Python's standard library alone.

    WEBHOOK_SECRET=whsec_... python3 drburger_webhooks.py

prints each message as a line. Without a secret, by the JWT of each message (pip install 'pyjwt[crypto]'):

    WEBHOOK_JWKS_URL=.../.well-known/jwks.json WEBHOOK_ENDPOINT_ID=... python3 drburger_webhooks.py

Copy `verify` or `verify_token` into your own server. Keep the ids of messages that you have taken in a
table of yours: a message can come more than once, always with the same id.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
MOST_BYTES = 256 * 1024


def verify(secrets, headers, body, now=None):
    """Whether one of the secrets has signed the body (bytes, as they came) within five minutes of now."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs((now or time.time()) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [each[3:] for each in headers.get("webhook-signature", "").split(" ") if each.startswith("v1,")]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(expected, signature) for signature in signatures):
            return True
    return False


def verify_token(keys, endpoint_id, headers, body):
    """Whether the JWT in Authorization is ours, and about this message. `keys`: a PyJWKClient of our public keys."""
    import jwt

    token = headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["ES256"],
            issuer="drburger-webhooks",
            audience=endpoint_id,
            options={"require": ["exp", "jti"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise
    except jwt.PyJWTError:
        return False
    digest = hashlib.sha256(body).hexdigest()
    return claims["jti"] == headers.get("webhook-id") and claims.get("request_body_sha256") == digest


def check_of(environment):
    """How messages are checked, by the environment."""
    endpoint_id = environment.get("WEBHOOK_ENDPOINT_ID")
    if endpoint_id and environment.get("WEBHOOK_JWKS_URL"):
        from jwt import PyJWKClient

        keys = PyJWKClient(environment["WEBHOOK_JWKS_URL"])
        return lambda headers, body: verify_token(keys, endpoint_id, headers, body)
    secrets = [each for each in environment.get("WEBHOOK_SECRET", "").split(",") if each]
    if not secrets:
        raise SystemExit("Set WEBHOOK_SECRET, or WEBHOOK_JWKS_URL and WEBHOOK_ENDPOINT_ID.")
    return lambda headers, body: verify(secrets, headers, body)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 once a message was taken, 401 to whoever is not us."""

    is_ours = None
    taken = set()

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        if not self.is_ours(self.headers, body):
            return self.answer(401)
        message_id = self.headers["webhook-id"]
        if message_id not in self.taken:
            print(json.dumps({"id": message_id, "cursor": self.headers["webhook-cursor"], **json.loads(body)}), flush=True)
            self.taken.add(message_id)
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        """One line a message is enough."""


if __name__ == "__main__":
    Receiver.is_ours = staticmethod(check_of(os.environ))
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"receiving on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
