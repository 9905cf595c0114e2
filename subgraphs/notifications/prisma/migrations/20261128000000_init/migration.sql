CREATE TABLE "message" (
  "id" uuid NOT NULL,
  "event_id" uuid NOT NULL,
  "medium" text NOT NULL,
  "customer_id" uuid NOT NULL,
  "order_id" uuid NOT NULL,
  "about" text NOT NULL,
  "facts" jsonb NOT NULL,
  "status" text NOT NULL,
  "tries" integer NOT NULL DEFAULT 0,
  "due_at" timestamptz(3) NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  "content" bytea,
  CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- One event makes one message by each medium, however often the event comes.
CREATE UNIQUE INDEX "message_event" ON "message" ("event_id", "medium");
CREATE INDEX "message_of_customer" ON "message" ("customer_id", "created_at", "id");
CREATE INDEX "message_due" ON "message" ("status", "due_at");

-- An erased recipient keeps a row without a key, so that nothing is sealed for them afterwards.
CREATE TABLE "recipient" (
  "customer_id" uuid NOT NULL,
  "wrapped_key" bytea,
  CONSTRAINT "recipient_pkey" PRIMARY KEY ("customer_id")
);

-- Addresses that do not exist, by a keyed hash.
CREATE TABLE "ended_address" (
  "address_index" bytea NOT NULL,
  "ended_at" timestamptz(3) NOT NULL,
  CONSTRAINT "ended_address_pkey" PRIMARY KEY ("address_index")
);
