-- Vendors of the marketplace of whose orders the app may be told by webhook.
ALTER TABLE "app" ADD COLUMN "vendor_ids" text[] NOT NULL DEFAULT '{}';
ALTER TABLE "webhook_event" ADD COLUMN "vendor_id" text;

-- Orders that vendors are to know of: one of which no endpoint has taken the webhook by then is told otherwise.
CREATE TABLE "vendor_watch" (
  "event_id" uuid PRIMARY KEY REFERENCES "webhook_event" ("id") ON DELETE CASCADE,
  "vendor_id" uuid NOT NULL,
  "marketplace_order_id" uuid NOT NULL,
  "due_at" timestamptz(3) NOT NULL
);
CREATE INDEX "vendor_watch_due" ON "vendor_watch" ("due_at");
