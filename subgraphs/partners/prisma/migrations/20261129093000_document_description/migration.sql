-- What a document is for, in the words of its partner: an assistant reads it. Those registered before have none.
ALTER TABLE "document" ADD COLUMN "description" TEXT NOT NULL DEFAULT '';
