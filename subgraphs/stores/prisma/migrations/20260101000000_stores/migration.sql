CREATE TABLE "store" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "street" text NOT NULL,
  "city" text NOT NULL,
  "postal_code" text,
  "country" text NOT NULL,
  "latitude" double precision NOT NULL,
  "longitude" double precision NOT NULL,
  "time_zone" text NOT NULL,
  "currency" text NOT NULL,
  "exponent" integer NOT NULL,
  "services" text[],
  "tax_inclusive" boolean NOT NULL,
  "tax_rates" jsonb NOT NULL,
  "week" jsonb NOT NULL,
  "accepting" boolean NOT NULL DEFAULT true,
  "pause_reason" text,
  "max_open_orders" integer NOT NULL,
  CONSTRAINT "store_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "store_name_id_idx" ON "store" ("name", "id");
CREATE INDEX "store_country_name_id_idx" ON "store" ("country", "name", "id");

CREATE TABLE "opening_exception" (
  "store_id" uuid NOT NULL,
  "date" text NOT NULL,
  "intervals" jsonb NOT NULL,
  "note" text,
  CONSTRAINT "opening_exception_pkey" PRIMARY KEY ("store_id", "date"),
  CONSTRAINT "opening_exception_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
