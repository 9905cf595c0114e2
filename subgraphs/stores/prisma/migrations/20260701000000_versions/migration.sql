-- Counts the changes of a store, so that whoever changes it says which one they have seen.
ALTER TABLE store ADD COLUMN version integer NOT NULL DEFAULT 1;
-- Since when the store is closed for good; null while it is one of the chain's.
ALTER TABLE store ADD COLUMN closed_at timestamptz(3);
