-- Finds what the partner is asked again, each time an account has got points.
CREATE INDEX "partner_posting_refused" ON "partner_posting" ("partner_account") WHERE "refused" IS NOT NULL;
