-- Members whose deliveries are free, as memberships tells: one row for each membership that gives it now.
CREATE TABLE "free_delivery" (
  "membership_id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  CONSTRAINT "free_delivery_pkey" PRIMARY KEY ("membership_id")
);
CREATE INDEX "free_delivery_customer" ON "free_delivery" ("customer_id");
