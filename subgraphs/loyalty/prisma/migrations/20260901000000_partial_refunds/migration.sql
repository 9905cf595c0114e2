-- How much of an order's payment was paid back; both are null for a refund of the whole, of which nothing more was told.
ALTER TABLE "refunded_order" ADD COLUMN "captured" integer CHECK ("captured" > 0);
ALTER TABLE "refunded_order" ADD COLUMN "refunded" integer CHECK ("refunded" > 0 AND "refunded" <= "captured");
-- An order earns its points once; each refund of a part takes back a part of them.
DROP INDEX "ledger_entry_order_id_kind_key";
CREATE UNIQUE INDEX "ledger_entry_earned_key" ON "ledger_entry" ("order_id") WHERE "kind" = 'EARNED';
CREATE INDEX "ledger_entry_order_id_idx" ON "ledger_entry" ("order_id");
