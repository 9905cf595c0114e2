-- What the chain offers. `benefits` is data: what each kind does is decided by the domains that hear of it.
CREATE TABLE "plan" (
  "id" text NOT NULL,
  "name" jsonb NOT NULL,
  "months" integer NOT NULL CHECK ("months" >= 0),
  "trial_days" integer NOT NULL DEFAULT 0 CHECK ("trial_days" >= 0),
  "then_plan_id" text REFERENCES "plan" ("id"),
  "benefits" jsonb NOT NULL,
  "offered" boolean NOT NULL DEFAULT true,
  CONSTRAINT "plan_pkey" PRIMARY KEY ("id"),
  CHECK (("months" = 0) = ("trial_days" > 0)),
  CHECK (("months" = 0) = ("then_plan_id" IS NOT NULL))
);

CREATE TABLE "plan_price" (
  "plan_id" text NOT NULL REFERENCES "plan" ("id"),
  "country" char(2) NOT NULL,
  "holds_from" timestamptz(3) NOT NULL,
  "amount" integer NOT NULL CHECK ("amount" >= 0),
  "currency" char(3) NOT NULL,
  "exponent" integer NOT NULL,
  "announced_at" timestamptz(3) NOT NULL,
  CONSTRAINT "plan_price_pkey" PRIMARY KEY ("plan_id", "country", "holds_from")
);

CREATE TABLE "membership" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "store_id" uuid NOT NULL,
  "plan_id" text NOT NULL REFERENCES "plan" ("id"),
  "status" text NOT NULL CHECK ("status" IN ('PENDING', 'ACTIVE', 'PAST_DUE', 'PAUSED', 'ENDED', 'FAILED')),
  "reason" text,
  "country" char(2) NOT NULL,
  "currency" char(3) NOT NULL,
  "exponent" integer NOT NULL,
  "time_zone" text NOT NULL,
  "anchor" char(10) NOT NULL,
  "periods" integer NOT NULL CHECK ("periods" >= 0),
  "period_start" char(10) NOT NULL,
  "period_end" char(10) NOT NULL,
  "period_days" integer NOT NULL CHECK ("period_days" > 0),
  "paid" integer NOT NULL CHECK ("paid" >= 0),
  "cancel_at_end" boolean NOT NULL DEFAULT false,
  "tries" integer NOT NULL DEFAULT 0,
  "days_left" integer,
  "due_at" timestamptz(3),
  "method_token" text,
  "version" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "ended_at" timestamptz(3),
  CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);
-- A customer has one membership at a time; those that have ended are kept as their history.
CREATE UNIQUE INDEX "membership_live_key" ON "membership" ("customer_id") WHERE "status" NOT IN ('ENDED', 'FAILED');
CREATE INDEX "membership_customer_id_created_at_idx" ON "membership" ("customer_id", "created_at");
CREATE INDEX "membership_due_at_idx" ON "membership" ("due_at");

-- Money that is asked for. A charge without an outcome is an intent: payments may or may not have heard of it.
CREATE TABLE "charge" (
  "id" uuid NOT NULL,
  "membership_id" uuid NOT NULL REFERENCES "membership" ("id"),
  "kind" text NOT NULL CHECK ("kind" IN ('SUBSCRIPTION', 'RENEWAL', 'PLAN_CHANGE')),
  "plan_id" text NOT NULL REFERENCES "plan" ("id"),
  "status" text NOT NULL CHECK ("status" IN ('REQUESTED', 'CAPTURED', 'DECLINED', 'UNDONE')),
  "reason" text,
  "amount" integer NOT NULL CHECK ("amount" > 0),
  "refunded" integer NOT NULL DEFAULT 0 CHECK ("refunded" BETWEEN 0 AND "amount"),
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  CONSTRAINT "charge_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "charge_membership_id_created_at_idx" ON "charge" ("membership_id", "created_at");
CREATE UNIQUE INDEX "charge_open_key" ON "charge" ("membership_id") WHERE "status" = 'REQUESTED';

-- Money that is paid back, of one charge each. One without an instant of settlement is an intent.
CREATE TABLE "refund" (
  "id" uuid NOT NULL,
  "charge_id" uuid NOT NULL REFERENCES "charge" ("id"),
  "membership_id" uuid NOT NULL REFERENCES "membership" ("id"),
  "amount" integer NOT NULL CHECK ("amount" > 0),
  "reason" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "settled_at" timestamptz(3),
  CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "refund_membership_id_created_at_idx" ON "refund" ("membership_id", "created_at");
CREATE INDEX "refund_open_idx" ON "refund" ("created_at") WHERE "settled_at" IS NULL;
