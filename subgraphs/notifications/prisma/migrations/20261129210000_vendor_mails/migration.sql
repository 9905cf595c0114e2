-- E-mails to vendors, of orders that their own systems did not take. The address is asked for when one is sent, and is
-- kept nowhere here.
CREATE TABLE "vendor_mail" (
  "event_id" uuid PRIMARY KEY,
  "vendor_id" uuid NOT NULL,
  "marketplace_order_id" uuid NOT NULL,
  "status" text NOT NULL,
  "tries" integer NOT NULL DEFAULT 0,
  -- When it is tried next; while it is being sent, when that began.
  "due_at" timestamptz(3) NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3)
);
CREATE INDEX "vendor_mail_due" ON "vendor_mail" ("status", "due_at");
CREATE INDEX "vendor_mail_settled" ON "vendor_mail" ("settled_at");
CREATE INDEX "vendor_mail_of_order" ON "vendor_mail" ("marketplace_order_id");
