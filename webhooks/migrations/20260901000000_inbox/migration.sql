-- What was received at the door, whose signature was right. A row without a body is kept so that a repeated id is known.
CREATE TABLE webhook (
  position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source TEXT NOT NULL,
  -- The sender's id of the message, the same on every try.
  message_id TEXT NOT NULL,
  -- What the message is about: messages about one object are worked off in the order in which they came.
  object_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'parked')),
  -- Why it waits or is parked, without anything from the body.
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- A waiting message is not touched before this instant.
  next_at TIMESTAMPTZ(3) NOT NULL,
  received_at TIMESTAMPTZ(3) NOT NULL,
  settled_at TIMESTAMPTZ(3),
  -- The raw body, sealed with a key of its own, which is stored wrapped; both are null once the body was deleted.
  sealed_body BYTEA,
  wrapped_key BYTEA,
  UNIQUE (source, message_id)
);
CREATE INDEX webhook_waiting ON webhook (source, object_key, position) WHERE state = 'waiting';
CREATE INDEX webhook_parked ON webhook (source, position) WHERE state = 'parked';
CREATE INDEX webhook_received ON webhook (received_at);
