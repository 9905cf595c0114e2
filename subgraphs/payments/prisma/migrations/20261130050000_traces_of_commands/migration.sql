-- The trace of the request that a command came with. Null for commands of the release before.
ALTER TABLE "payment_command" ADD COLUMN "trace" jsonb;
