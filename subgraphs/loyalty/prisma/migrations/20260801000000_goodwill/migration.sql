ALTER TYPE "ledger_entry_kind" ADD VALUE 'GOODWILL';
-- Points of goodwill come from no order.
ALTER TABLE "ledger_entry" ALTER COLUMN "order_id" DROP NOT NULL;

-- Who gave which customer points of goodwill, when and why.
CREATE TABLE "goodwill" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "order_id" uuid,
  "points" integer NOT NULL CHECK ("points" > 0),
  "reason" text NOT NULL,
  "actor" text NOT NULL,
  "at" timestamptz(3) NOT NULL,
  CONSTRAINT "goodwill_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "goodwill_customer_id_at_idx" ON "goodwill" ("customer_id", "at");
CREATE INDEX "goodwill_actor_at_idx" ON "goodwill" ("actor", "at");
