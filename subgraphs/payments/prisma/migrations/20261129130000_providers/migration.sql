-- A payment stays with the provider that authorised it. All payments so far are with the usual one.
ALTER TABLE "payment" ADD COLUMN "provider" text NOT NULL DEFAULT 'usual';
-- Whether the payer can be asked by their bank, or the payment is declined where that would be needed.
ALTER TABLE "payment" ADD COLUMN "payer_present" boolean NOT NULL DEFAULT false;
ALTER TABLE "payment" ADD COLUMN "challenge_url" text;
ALTER TABLE "payment" ADD COLUMN "challenge_expires_at" timestamptz(3);
-- The payer's bank wants the payer to confirm the payment (3-D Secure).
ALTER TYPE "payment_status" ADD VALUE 'CHALLENGED' AFTER 'REQUESTED';
ALTER TYPE "outcome" ADD VALUE 'CHALLENGED' AFTER 'AUTHORISED';
