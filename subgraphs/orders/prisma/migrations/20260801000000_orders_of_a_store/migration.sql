-- Managers look through the orders of their store, and count those of a day.
CREATE INDEX "orders_of_store" ON "orders" ("store_id", "placed_at" DESC, "id" DESC);
CREATE INDEX "orders_by_number" ON "orders" ("store_id", "local_date", "number");
