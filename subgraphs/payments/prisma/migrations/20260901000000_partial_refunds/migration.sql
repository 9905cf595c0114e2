-- The part of what was captured that a refund pays back, in minor units; null for everything that is left.
ALTER TABLE "payment_command" ADD COLUMN "amount" integer CHECK ("amount" > 0);
