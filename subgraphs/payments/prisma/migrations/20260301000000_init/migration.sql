CREATE TYPE "payment_status" AS ENUM ('REQUESTED', 'AUTHORISED', 'DECLINED', 'CAPTURE_REQUESTED', 'CAPTURED', 'VOID_REQUESTED', 'VOIDED', 'REFUND_REQUESTED', 'REFUNDED');
CREATE TYPE "command_kind" AS ENUM ('AUTHORISE', 'CAPTURE', 'VOID', 'REFUND');
CREATE TYPE "outcome" AS ENUM ('AUTHORISED', 'DECLINED', 'CAPTURED', 'REFUSED', 'VOIDED', 'REFUNDED');

CREATE TABLE "payment" (
  "id" uuid NOT NULL,
  "order_id" uuid NOT NULL,
  "store_id" uuid NOT NULL,
  "customer_id" uuid,
  "status" "payment_status" NOT NULL,
  "amount" integer NOT NULL CHECK ("amount" > 0),
  "captured" integer NOT NULL DEFAULT 0 CHECK ("captured" BETWEEN 0 AND "amount"),
  "refunded" integer NOT NULL DEFAULT 0 CHECK ("refunded" BETWEEN 0 AND "captured"),
  "currency" char(3) NOT NULL,
  "exponent" integer NOT NULL,
  "failure_reason" text,
  "method_token" text,
  "authorisation_id" text,
  "capture_id" text,
  "version" integer NOT NULL DEFAULT 0,
  "created_at" timestamptz(3) NOT NULL,
  "updated_at" timestamptz(3) NOT NULL,
  CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "payment_order_id_key" ON "payment" ("order_id");
CREATE INDEX "payment_store_id_created_at_id_idx" ON "payment" ("store_id", "created_at", "id");

CREATE TABLE "payment_command" (
  "key" text NOT NULL,
  "kind" "command_kind" NOT NULL,
  "order_id" uuid NOT NULL,
  "payment_id" uuid,
  "fingerprint" text NOT NULL,
  "outcome" "outcome",
  "reason" text,
  "provider_key" uuid NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  CONSTRAINT "payment_command_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "payment_command_order_id_idx" ON "payment_command" ("order_id");
CREATE INDEX "payment_command_settled_at_created_at_idx" ON "payment_command" ("settled_at", "created_at");
