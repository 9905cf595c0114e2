-- Under which number the loyalty partner knows an account: it says nothing about the customer.
ALTER TABLE "account" ADD COLUMN "partner_account" uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX "account_partner_account_key" ON "account" ("partner_account");

-- Ledger entries that the partner books, too. The key is the reference by which the partner books one once.
CREATE TABLE "partner_posting" (
  "key" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "partner_account" uuid NOT NULL,
  -- Positive for points earned, negative for points burned.
  "points" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "due_at" timestamptz(3) NOT NULL,
  "tries" integer NOT NULL DEFAULT 0,
  -- The instant of the partner's booking; null until it has answered.
  "booked_at" timestamptz(3),
  -- The partner's code for an entry that it will never book.
  "refused" text,
  CONSTRAINT "partner_posting_pkey" PRIMARY KEY ("key"),
  CONSTRAINT "partner_posting_entry_key" UNIQUE ("customer_id", "version")
);
CREATE INDEX "partner_posting_open" ON "partner_posting" ("partner_account", "version")
  WHERE "booked_at" IS NULL AND "refused" IS NULL;
CREATE INDEX "partner_posting_booked_at" ON "partner_posting" ("booked_at");

-- The partner's file of a day, the last one that was taken in.
CREATE TABLE "partner_file" (
  "day" char(10) NOT NULL,
  "checksum" text NOT NULL,
  "entries" integer NOT NULL,
  "taken_in_at" timestamptz(3) NOT NULL,
  CONSTRAINT "partner_file_pkey" PRIMARY KEY ("day")
);

-- In what a file and the ledger differ, each told once.
CREATE TABLE "partner_finding" (
  "day" char(10) NOT NULL,
  "kind" text NOT NULL,
  -- What it is about: the key of an entry, or the partner's id of one that the ledger does not know.
  "subject" text NOT NULL,
  "detail" text NOT NULL,
  "found_at" timestamptz(3) NOT NULL,
  -- When a corrected file of the day no longer had it.
  "resolved_at" timestamptz(3),
  CONSTRAINT "partner_finding_pkey" PRIMARY KEY ("day", "kind", "subject")
);
