-- Up to which price the member was told what the plan will cost: a price that was not told does not hold for them.
ALTER TABLE "membership" ADD COLUMN "price_told" timestamptz(3);
CREATE INDEX "charge_requested_idx" ON "charge" ("created_at") WHERE "status" = 'REQUESTED';

-- The price of the whole period that a charge pays for: more than its amount where unused days were set off.
ALTER TABLE "charge" ADD COLUMN "worth" integer;
UPDATE "charge" SET "worth" = "amount";
ALTER TABLE "charge" ALTER COLUMN "worth" SET NOT NULL;
