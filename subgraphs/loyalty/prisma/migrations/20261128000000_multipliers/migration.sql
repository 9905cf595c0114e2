-- How many percent of the usual points a customer earns, as memberships tells: a row for each membership that says so.
CREATE TABLE "multiplier" (
  "membership_id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "percent" integer NOT NULL CHECK ("percent" >= 100),
  CONSTRAINT "multiplier_pkey" PRIMARY KEY ("membership_id")
);
CREATE INDEX "multiplier_customer_id_idx" ON "multiplier" ("customer_id");
