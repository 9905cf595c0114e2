CREATE INDEX "message_settled" ON "message" ("settled_at");
