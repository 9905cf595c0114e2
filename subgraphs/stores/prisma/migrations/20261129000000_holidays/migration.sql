-- In which region of its country a store stands, for the holidays there; and what it does on holidays that it does not
-- treat as usual days.
ALTER TABLE "store" ADD COLUMN "holiday_region" text;
CREATE TABLE "holiday_hours" (
  "store_id" uuid NOT NULL,
  "holiday" text NOT NULL,
  "intervals" jsonb NOT NULL,
  CONSTRAINT "holiday_hours_pkey" PRIMARY KEY ("store_id", "holiday"),
  CONSTRAINT "holiday_hours_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
