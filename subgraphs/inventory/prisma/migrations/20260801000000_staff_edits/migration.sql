-- Counts the changes of an ingredient, so that whoever changes it says which one they have seen.
ALTER TABLE ingredient ADD COLUMN version integer NOT NULL DEFAULT 1;
-- Counts the changes of a reorder level. The `version` beside it counts movements, of which every order makes some.
ALTER TABLE stock ADD COLUMN level_version integer NOT NULL DEFAULT 1;
-- Counts the changes of a recipe. One that was never changed since the system knows it has no row: it is at version 0.
CREATE TABLE recipe_version (
  subject text PRIMARY KEY,
  version integer NOT NULL
);
