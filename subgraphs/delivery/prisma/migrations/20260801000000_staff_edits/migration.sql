-- Counts the changes of a courier, so that whoever changes one says which they have seen.
ALTER TABLE courier ADD COLUMN version integer NOT NULL DEFAULT 1;
-- Since when the courier works for the chain no longer; null for those who do.
ALTER TABLE courier ADD COLUMN deactivated_at timestamptz(3);
ALTER TABLE courier ADD CONSTRAINT courier_deactivated_takes_no_jobs CHECK (NOT available OR deactivated_at IS NULL);

-- How far a store delivers and what it asks for it, where that is not what the chain does in its currency.
CREATE TABLE delivery_terms (
  store_id uuid PRIMARY KEY,
  version integer NOT NULL,
  -- Objects of upToMetres and fee in minor units, nearest first; empty again: the chain's.
  tiers jsonb NOT NULL
);
