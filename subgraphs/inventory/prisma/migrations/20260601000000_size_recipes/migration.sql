-- What one of an item uses in a size that is not the usual one, in the place of its recipe; the size may be that of a combo which the item is part of.
CREATE TABLE size_recipe_line (
  size_id uuid NOT NULL,
  menu_item_id uuid NOT NULL,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (size_id, menu_item_id, ingredient_id)
);
