-- Up to when stores' feeds were told of items that are sold, or no longer, because a price began or ended by itself.
ALTER TABLE menu_version ADD COLUMN prices_told timestamptz(3) NOT NULL DEFAULT now();
CREATE INDEX price_valid_from_idx ON price (valid_from);
CREATE INDEX price_valid_until_idx ON price (valid_until);
