-- Where the vendor is told of an order that its own system did not take. Empty: nowhere.
ALTER TABLE "vendor" ADD COLUMN "email" text NOT NULL DEFAULT '';
