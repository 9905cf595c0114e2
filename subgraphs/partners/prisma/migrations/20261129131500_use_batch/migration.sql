-- Batches of counts that were taken: one whose answer got lost comes again, and is not counted twice.
CREATE TABLE "use_batch" (
  "id" uuid NOT NULL,
  "at" timestamptz(3) NOT NULL,
  CONSTRAINT "use_batch_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "use_batch_at_idx" ON "use_batch" ("at");
