-- When nothing is to ring at a customer's, sealed.
ALTER TABLE "customer" ADD COLUMN "quiet_hours" bytea;
