-- What was held back by quiet hours, or by a counterpart that did not answer, is told together: the first one carries what others would tell.
ALTER TABLE "message" ADD COLUMN "digest" jsonb NOT NULL DEFAULT '[]';
-- Until when quiet hours have held it back: it is news from then on.
ALTER TABLE "message" ADD COLUMN "held_until" timestamptz(3);
