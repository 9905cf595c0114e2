CREATE TABLE ingredient (
  id uuid PRIMARY KEY,
  name jsonb NOT NULL,
  unit text NOT NULL CHECK (unit IN ('PIECE', 'GRAM', 'MILLILITRE'))
);

CREATE TABLE recipe_line (
  menu_item_id uuid NOT NULL,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (menu_item_id, ingredient_id)
);
CREATE INDEX recipe_line_ingredient_id_quantity_idx ON recipe_line (ingredient_id, quantity);

CREATE TABLE modifier_recipe_line (
  modifier_id uuid NOT NULL,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (modifier_id, ingredient_id)
);

-- The checks are the last line of defence: whatever the code does, nothing is sold that is not there.
CREATE TABLE stock (
  store_id uuid NOT NULL,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  version integer NOT NULL CHECK (version > 0),
  on_hand integer NOT NULL CHECK (on_hand >= 0),
  reserved integer NOT NULL CHECK (reserved >= 0),
  consumed integer NOT NULL CHECK (consumed >= 0),
  reorder_level integer NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (store_id, ingredient_id)
) WITH (fillfactor = 70);

CREATE TABLE reservation (
  order_id uuid PRIMARY KEY,
  store_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('HELD', 'REFUSED', 'RELEASED', 'CONSUMED')),
  missing_menu_item_ids text[] NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);

CREATE TABLE reservation_line (
  order_id uuid NOT NULL REFERENCES reservation (order_id),
  ingredient_id uuid NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, ingredient_id)
);

CREATE TABLE shortage (
  store_id uuid NOT NULL,
  menu_item_id uuid NOT NULL,
  since timestamptz(3) NOT NULL,
  PRIMARY KEY (store_id, menu_item_id)
);
