-- The settlement file of a provider's day, the last one that was taken in.
CREATE TABLE "settlement_file" (
  "provider" text NOT NULL,
  "day" char(10) NOT NULL,
  "checksum" text NOT NULL,
  "entries" integer NOT NULL,
  "taken_in_at" timestamptz(3) NOT NULL,
  CONSTRAINT "settlement_file_pkey" PRIMARY KEY ("provider", "day")
);

-- What the files have told of each payment, so that what comes on two days is found.
CREATE TABLE "settlement_entry" (
  "provider" text NOT NULL,
  "id" text NOT NULL,
  "day" char(10) NOT NULL,
  "kind" text NOT NULL,
  "reference" text NOT NULL,
  "amount" integer NOT NULL,
  CONSTRAINT "settlement_entry_pkey" PRIMARY KEY ("provider", "id")
);
CREATE INDEX "settlement_entry_provider_reference_idx" ON "settlement_entry" ("provider", "reference");

-- In what a file and the payments differ.
CREATE TABLE "settlement_finding" (
  "provider" text NOT NULL,
  "day" char(10) NOT NULL,
  "kind" text NOT NULL,
  "subject" text NOT NULL,
  "detail" text NOT NULL,
  "found_at" timestamptz(3) NOT NULL,
  "resolved_at" timestamptz(3),
  CONSTRAINT "settlement_finding_pkey" PRIMARY KEY ("provider", "day", "kind", "subject")
);
