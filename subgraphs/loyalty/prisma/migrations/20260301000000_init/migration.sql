CREATE TYPE "ledger_entry_kind" AS ENUM ('EARNED', 'REVERSED');

CREATE TABLE "account" (
  "customer_id" uuid NOT NULL,
  "balance" integer NOT NULL CHECK ("balance" >= 0),
  "earned" integer NOT NULL CHECK ("earned" >= 0),
  "version" integer NOT NULL,
  CONSTRAINT "account_pkey" PRIMARY KEY ("customer_id")
);

CREATE TABLE "ledger_entry" (
  "customer_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "order_id" uuid NOT NULL,
  "kind" "ledger_entry_kind" NOT NULL,
  "points" integer NOT NULL,
  "balance" integer NOT NULL,
  "at" timestamptz(3) NOT NULL,
  CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("customer_id", "version")
);
CREATE UNIQUE INDEX "ledger_entry_order_id_kind_key" ON "ledger_entry" ("order_id", "kind");

CREATE TABLE "refunded_order" (
  "order_id" uuid NOT NULL,
  "at" timestamptz(3) NOT NULL,
  CONSTRAINT "refunded_order_pkey" PRIMARY KEY ("order_id")
);
