-- Companies that sell beside the chain. `payout_account` is the payment provider's name of their account; `owed` is the
-- sum of the payable entries below, so that paying vendors does not read all of them.
CREATE TABLE "vendor" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "country" char(2) NOT NULL,
  "currency" char(3) NOT NULL,
  "exponent" integer NOT NULL,
  "time_zone" text NOT NULL,
  "payout_account" text NOT NULL,
  "fee_basis_points" integer NOT NULL CHECK ("fee_basis_points" BETWEEN 0 AND 10000),
  "answer_minutes" integer NOT NULL CHECK ("answer_minutes" BETWEEN 1 AND 120),
  "opening_hours" jsonb NOT NULL,
  "store_ids" uuid[] NOT NULL,
  "open" boolean NOT NULL,
  "owed" integer NOT NULL DEFAULT 0,
  "version" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  CONSTRAINT "vendor_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "vendor_name_id_idx" ON "vendor" ("name", "id");
CREATE INDEX "vendor_owed_idx" ON "vendor" ("id") WHERE "owed" > 0;
CREATE INDEX "vendor_store_ids_idx" ON "vendor" USING gin ("store_ids");

CREATE TABLE "vendor_item" (
  "id" uuid NOT NULL,
  "vendor_id" uuid NOT NULL REFERENCES "vendor" ("id"),
  "name" jsonb NOT NULL,
  "price" integer NOT NULL CHECK ("price" > 0),
  "tax_basis_points" integer NOT NULL CHECK ("tax_basis_points" BETWEEN 0 AND 5000),
  "available" boolean NOT NULL,
  "position" integer NOT NULL,
  CONSTRAINT "vendor_item_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "vendor_item_vendor_id_position_id_idx" ON "vendor_item" ("vendor_id", "position", "id");

-- The parts of a price: its tax, the fee of the chain, and the vendor's share. They sum to the total.
CREATE TABLE "marketplace_order" (
  "id" uuid NOT NULL,
  "vendor_id" uuid NOT NULL REFERENCES "vendor" ("id"),
  "customer_id" uuid NOT NULL,
  "store_id" uuid NOT NULL,
  "beside_order_id" uuid,
  "status" text NOT NULL CHECK ("status" IN ('PLACED', 'OFFERED', 'ACCEPTED', 'FULFILLED', 'DECLINED', 'CANCELLED')),
  "reason" text,
  "currency" char(3) NOT NULL,
  "exponent" integer NOT NULL,
  "lines" jsonb NOT NULL,
  "total" integer NOT NULL CHECK ("total" > 0),
  "tax" integer NOT NULL CHECK ("tax" >= 0),
  "fee" integer NOT NULL CHECK ("fee" >= 0),
  "vendor_share" integer NOT NULL CHECK ("vendor_share" >= 0),
  "refunded" integer NOT NULL DEFAULT 0 CHECK ("refunded" BETWEEN 0 AND "total"),
  "method_token" text,
  "answer_by" timestamptz(3),
  "version" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "ended_at" timestamptz(3),
  CONSTRAINT "marketplace_order_pkey" PRIMARY KEY ("id"),
  CHECK ("tax" + "fee" + "vendor_share" = "total")
);
CREATE INDEX "marketplace_order_customer_id_created_at_id_idx"
  ON "marketplace_order" ("customer_id", "created_at", "id");
CREATE INDEX "marketplace_order_vendor_id_created_at_id_idx" ON "marketplace_order" ("vendor_id", "created_at", "id");

-- Money that is paid back, of one order each. One without an instant of settlement is an intent.
CREATE TABLE "refund" (
  "id" uuid NOT NULL,
  "order_id" uuid NOT NULL REFERENCES "marketplace_order" ("id"),
  "amount" integer NOT NULL CHECK ("amount" > 0),
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "refund_order_id_idx" ON "refund" ("order_id");
CREATE INDEX "refund_open_idx" ON "refund" ("created_at") WHERE "settled_at" IS NULL;

CREATE TABLE "payout" (
  "id" uuid NOT NULL,
  "vendor_id" uuid NOT NULL REFERENCES "vendor" ("id"),
  "account" text NOT NULL,
  "amount" integer NOT NULL CHECK ("amount" > 0),
  "status" text NOT NULL CHECK ("status" IN ('REQUESTED', 'PAID', 'REFUSED')),
  "reason" text,
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  CONSTRAINT "payout_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "payout_vendor_id_created_at_id_idx" ON "payout" ("vendor_id", "created_at", "id");
CREATE UNIQUE INDEX "payout_open_key" ON "payout" ("vendor_id") WHERE "status" = 'REQUESTED';

-- What a vendor is owed is the sum of their entries. Those of an order count for payouts once it is fulfilled.
CREATE TABLE "vendor_entry" (
  "id" uuid NOT NULL,
  "vendor_id" uuid NOT NULL REFERENCES "vendor" ("id"),
  "order_id" uuid REFERENCES "marketplace_order" ("id"),
  "payout_id" uuid REFERENCES "payout" ("id"),
  "kind" text NOT NULL CHECK ("kind" IN ('SHARE', 'TAKEN_BACK', 'PAID_OUT', 'RETURNED')),
  "amount" integer NOT NULL,
  "payable" boolean NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  CONSTRAINT "vendor_entry_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "vendor_entry_vendor_id_created_at_idx" ON "vendor_entry" ("vendor_id", "created_at");
CREATE INDEX "vendor_entry_order_id_idx" ON "vendor_entry" ("order_id");
-- A share is entered once for an order, however often the saga asks.
CREATE UNIQUE INDEX "vendor_entry_share_key" ON "vendor_entry" ("order_id") WHERE "kind" = 'SHARE';
