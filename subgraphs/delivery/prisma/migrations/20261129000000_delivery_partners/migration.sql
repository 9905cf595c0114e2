-- Who may take a delivery that is open, and when the next carrier is to be found for it.
ALTER TABLE "delivery"
  ADD COLUMN "offered_to" text NOT NULL DEFAULT 'OWN_COURIERS',
  ADD COLUMN "own_couriers_asked" boolean NOT NULL DEFAULT false,
  ADD COLUMN "given_back_by" uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN "partner" text,
  ADD COLUMN "next_carrier_at" timestamptz(3);
CREATE INDEX "delivery_next_carrier_idx" ON "delivery" ("next_carrier_at") WHERE "next_carrier_at" IS NOT NULL;

-- Who brings the orders of a store, where that is not only the chain's own couriers.
CREATE TABLE "carrier_rule" (
  "store_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "choice" text NOT NULL,
  "partners" text[] NOT NULL,
  "own_courier_seconds" integer NOT NULL,
  CONSTRAINT "carrier_rule_pkey" PRIMARY KEY ("store_id")
);

-- Each time that a partner is asked to bring a delivery; the id is our reference at the partner.
CREATE TABLE "partner_job" (
  "id" uuid NOT NULL,
  "delivery_id" uuid NOT NULL REFERENCES "delivery" ("id"),
  "partner" text NOT NULL,
  "status" text NOT NULL,
  "reason" text,
  "perhaps_heard" boolean NOT NULL DEFAULT false,
  "tries" integer NOT NULL DEFAULT 0,
  "latitude" double precision,
  "longitude" double precision,
  "position_at" timestamptz(3),
  "created_at" timestamptz(3) NOT NULL,
  "due_at" timestamptz(3),
  "settled_at" timestamptz(3),
  CONSTRAINT "partner_job_pkey" PRIMARY KEY ("id")
);
-- A delivery has one job at a time, whatever happens.
CREATE UNIQUE INDEX "partner_job_live_key" ON "partner_job" ("delivery_id") WHERE "status" IN ('ASKING', 'PLACED');
CREATE INDEX "partner_job_delivery" ON "partner_job" ("delivery_id");
CREATE INDEX "partner_job_due_idx" ON "partner_job" ("due_at") WHERE "due_at" IS NOT NULL;
