-- What was sent about one order is looked up by the order.
CREATE INDEX "message_of_order" ON "message" ("order_id");
