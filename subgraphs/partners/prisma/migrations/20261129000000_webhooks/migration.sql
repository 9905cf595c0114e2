-- Stores of whose orders an app may be told by webhook.
ALTER TABLE "app" ADD COLUMN "order_store_ids" text[];
UPDATE "app" SET "order_store_ids" = '{}';

CREATE TABLE "webhook_endpoint" (
  "id" uuid NOT NULL,
  "app_id" uuid NOT NULL,
  "url" text NOT NULL,
  "event_types" text[],
  "store_ids" text[],
  "payload_version" text NOT NULL,
  "secret" bytea NOT NULL,
  "wrapped_key" bytea NOT NULL,
  "old_secret" bytea,
  "old_wrapped_key" bytea,
  "old_secret_until" timestamptz(3),
  "state" text NOT NULL,
  "disabled_because" text,
  "disabled_at" timestamptz(3),
  "failing_since" timestamptz(3),
  "paused_until" timestamptz(3),
  "made_at" timestamptz(3) NOT NULL,
  CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "webhook_endpoint_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "webhook_endpoint_app_id_made_at_idx" ON "webhook_endpoint" ("app_id", "made_at");

CREATE TABLE "webhook_event" (
  "id" uuid NOT NULL,
  "position" bigint GENERATED ALWAYS AS IDENTITY,
  "type" text NOT NULL,
  "object" text NOT NULL,
  "object_version" integer NOT NULL,
  "store_id" text,
  "data" jsonb NOT NULL,
  "happened_at" timestamptz(3) NOT NULL,
  CONSTRAINT "webhook_event_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_event_happened_at_idx" ON "webhook_event" ("happened_at");

CREATE TABLE "webhook_delivery" (
  "endpoint_id" uuid NOT NULL,
  "event_id" uuid NOT NULL,
  "position" bigint NOT NULL,
  "object" text NOT NULL,
  "state" text NOT NULL,
  "attempts" integer NOT NULL,
  "answers" jsonb NOT NULL,
  "made_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  "settled_sequence" bigint,
  CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("endpoint_id", "event_id"),
  CONSTRAINT "webhook_delivery_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoint" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "webhook_delivery_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "webhook_event" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "webhook_delivery_endpoint_id_position_idx" ON "webhook_delivery" ("endpoint_id", "position" DESC);
CREATE INDEX "webhook_delivery_event_id_idx" ON "webhook_delivery" ("event_id");
CREATE INDEX "webhook_delivery_waiting" ON "webhook_delivery" ("endpoint_id", "object", "position") WHERE "state" = 'WAITING';

-- A lane is an object of which deliveries to an endpoint wait. Whoever sends leases the lane, so that one delivery of an
-- object is under way at a time. The claim numbers the lease: who has lost it can settle nothing any more.
CREATE TABLE "webhook_lane" (
  "endpoint_id" uuid NOT NULL,
  "object" text NOT NULL,
  "next_at" timestamptz(3) NOT NULL,
  "leased" boolean NOT NULL,
  "claim" bigint,
  CONSTRAINT "webhook_lane_pkey" PRIMARY KEY ("endpoint_id", "object"),
  CONSTRAINT "webhook_lane_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoint" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "webhook_lane_endpoint_id_next_at_idx" ON "webhook_lane" ("endpoint_id", "next_at");
CREATE INDEX "webhook_lane_leased" ON "webhook_lane" ("endpoint_id") WHERE "leased";

-- Numbers claims and settlements in one order: what was settled after a claim has a greater number than the claim.
CREATE SEQUENCE "webhook_sequence";
