ALTER TABLE "support_action" ADD COLUMN "ends_at" TIMESTAMPTZ(3);
