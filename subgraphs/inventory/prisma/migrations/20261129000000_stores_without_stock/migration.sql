-- Stores that have opened, also while they have no stock: a recipe that is made later is out of stock there.
CREATE TABLE store (
  id uuid PRIMARY KEY
);
