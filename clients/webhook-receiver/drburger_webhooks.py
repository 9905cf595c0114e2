#!/usr/bin/env python3
"""Receives webhooks of Dr. Burger, with Python's standard library alone.

    WEBHOOK_SECRET=whsec_... python3 drburger_webhooks.py

prints each message as a line. Copy `verify` into your own server. Keep the ids of messages that you have taken in a
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


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 once a message was taken, 401 to whoever does not know the secret."""

    secrets = [each for each in os.environ.get("WEBHOOK_SECRET", "").split(",") if each]
    taken = set()

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        if length > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        if not verify(self.secrets, self.headers, body):
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
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"receiving on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
