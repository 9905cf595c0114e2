-- What was told of one order is looked up by the order.
CREATE INDEX "webhook_event_object" ON "webhook_event" ("object");
