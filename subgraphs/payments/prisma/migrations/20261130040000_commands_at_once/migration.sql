-- What decides about a command of an order: the command of the same key, the order's payment, its command without an
-- outcome, and whether the order was voided. A row that is not there is null.
CREATE FUNCTION "order_state"("key" text, "order_id" uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN jsonb_build_object(
    'known', (SELECT to_jsonb(c) FROM "payment_command" c WHERE c."key" = order_state."key"),
    'payment', (SELECT to_jsonb(p) FROM "payment" p WHERE p."order_id" = order_state."order_id"),
    'open', (SELECT to_jsonb(c) FROM "payment_command" c
              WHERE c."order_id" = order_state."order_id" AND c."outcome" IS NULL LIMIT 1),
    'voided', EXISTS (SELECT FROM "payment_command" c
                       WHERE c."order_id" = order_state."order_id" AND c."kind" = 'VOID' AND c."outcome" = 'VOIDED'));
END $$;

-- Writes a command, and the payment unless that is null, if the order's state is still the one on which both rest.
-- Otherwise nothing is written, and the state is returned; null says that it was written. Commands for one order, or
-- with one key, take turns by an advisory lock, which works also before there is a row to lock, and the state is read
-- by a later statement than the lock, hence with a snapshot that knows what it waited for.
CREATE FUNCTION "write_command"("seen" jsonb, "command" jsonb, "payment" jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  "state" jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended("command"->>'key', 1)),
          pg_advisory_xact_lock(hashtextextended("command"->>'order_id', 2));
  "state" := order_state("command"->>'key', ("command"->>'order_id')::uuid);
  IF "state" IS DISTINCT FROM "seen" THEN
    RETURN "state";
  END IF;
  IF "payment" IS NOT NULL THEN
    INSERT INTO "payment" SELECT * FROM jsonb_populate_record(NULL::"payment", write_command."payment")
    ON CONFLICT ("id") DO UPDATE SET "status" = excluded."status", "updated_at" = excluded."updated_at";
  END IF;
  -- A command that was refused is asked again, under another key at the provider, when its caller insists.
  INSERT INTO "payment_command" SELECT * FROM jsonb_populate_record(NULL::"payment_command", write_command."command")
  ON CONFLICT ("key") DO UPDATE SET "outcome" = excluded."outcome", "reason" = excluded."reason",
    "provider_key" = excluded."provider_key", "created_at" = excluded."created_at", "settled_at" = excluded."settled_at";
  RETURN NULL;
END $$;
