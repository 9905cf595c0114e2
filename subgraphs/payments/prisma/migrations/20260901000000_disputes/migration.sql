CREATE TYPE "dispute_status" AS ENUM ('OPEN', 'WON', 'LOST');

CREATE TABLE "payment_dispute" (
  "id" text NOT NULL,
  "payment_id" uuid NOT NULL REFERENCES "payment" ("id") ON UPDATE CASCADE ON DELETE RESTRICT,
  "status" "dispute_status" NOT NULL,
  "amount" integer NOT NULL CHECK ("amount" >= 0),
  "reason" text NOT NULL,
  "opened_at" timestamptz(3) NOT NULL,
  "updated_at" timestamptz(3) NOT NULL,
  CONSTRAINT "payment_dispute_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "payment_dispute_payment_id_idx" ON "payment_dispute" ("payment_id");
