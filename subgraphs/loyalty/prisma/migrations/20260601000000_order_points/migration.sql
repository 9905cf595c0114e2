-- What each completed order has earned its customer by now: also nothing, of which the ledger has no entry.
CREATE TABLE "order_points" (
  "order_id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "points" integer NOT NULL CHECK ("points" >= 0),
  CONSTRAINT "order_points_pkey" PRIMARY KEY ("order_id")
);
INSERT INTO "order_points" ("order_id", "customer_id", "points")
SELECT "order_id", min("customer_id"::text)::uuid, sum("points") FROM "ledger_entry" GROUP BY "order_id";

-- Points of one order fit an integer; what they add up to need not.
ALTER TABLE "account" ALTER COLUMN "balance" TYPE bigint, ALTER COLUMN "earned" TYPE bigint;
ALTER TABLE "ledger_entry" ALTER COLUMN "balance" TYPE bigint;
