CREATE TABLE category (
  id uuid PRIMARY KEY,
  position integer NOT NULL,
  name jsonb NOT NULL
);

CREATE TABLE menu_item (
  id uuid PRIMARY KEY,
  category_id uuid NOT NULL REFERENCES category (id),
  position integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('SIMPLE', 'COMBO')),
  tax_class text NOT NULL CHECK (tax_class IN ('FOOD', 'BEVERAGE', 'ALCOHOL')),
  name jsonb NOT NULL,
  description jsonb NOT NULL,
  allergens text[] NOT NULL,
  kilocalories integer,
  removed_at timestamptz(3)
);
CREATE INDEX menu_item_category_id_idx ON menu_item (category_id);

CREATE TABLE item_image (
  item_id uuid NOT NULL REFERENCES menu_item (id),
  size text NOT NULL CHECK (size IN ('SMALL', 'MEDIUM', 'LARGE')),
  path text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  bytes integer NOT NULL,
  PRIMARY KEY (item_id, size)
);

CREATE TABLE item_size (
  id uuid PRIMARY KEY,
  item_id uuid NOT NULL REFERENCES menu_item (id),
  position integer NOT NULL,
  name jsonb NOT NULL,
  is_default boolean NOT NULL
);
CREATE INDEX item_size_item_id_idx ON item_size (item_id);

CREATE TABLE modifier_group (
  id uuid PRIMARY KEY,
  name jsonb NOT NULL,
  min integer NOT NULL CHECK (min >= 0),
  max integer NOT NULL,
  CHECK (max >= min)
);

CREATE TABLE modifier (
  id uuid PRIMARY KEY,
  group_id uuid NOT NULL REFERENCES modifier_group (id),
  position integer NOT NULL,
  name jsonb NOT NULL,
  max_quantity integer NOT NULL CHECK (max_quantity > 0),
  allergens text[] NOT NULL
);
CREATE INDEX modifier_group_id_idx ON modifier (group_id);

CREATE TABLE item_modifier_group (
  item_id uuid NOT NULL REFERENCES menu_item (id),
  group_id uuid NOT NULL REFERENCES modifier_group (id),
  position integer NOT NULL,
  PRIMARY KEY (item_id, group_id)
);

CREATE TABLE combo_slot (
  id uuid PRIMARY KEY,
  combo_id uuid NOT NULL REFERENCES menu_item (id),
  position integer NOT NULL,
  name jsonb NOT NULL,
  required boolean NOT NULL
);
CREATE INDEX combo_slot_combo_id_idx ON combo_slot (combo_id);

CREATE TABLE slot_choice (
  id uuid PRIMARY KEY,
  slot_id uuid NOT NULL REFERENCES combo_slot (id),
  item_id uuid NOT NULL REFERENCES menu_item (id),
  position integer NOT NULL
);
CREATE UNIQUE INDEX slot_choice_slot_id_item_id_key ON slot_choice (slot_id, item_id);

CREATE TABLE price_list (
  id uuid PRIMARY KEY,
  country text NOT NULL,
  currency text NOT NULL,
  exponent integer NOT NULL
);
CREATE UNIQUE INDEX price_list_country_key ON price_list (country);

CREATE TABLE store_price_list (
  store_id uuid PRIMARY KEY,
  price_list_id uuid NOT NULL REFERENCES price_list (id)
);
CREATE INDEX store_price_list_price_list_id_idx ON store_price_list (price_list_id);

-- Windows may overlap: of those that hold at an instant, the one that began last counts.
CREATE TABLE price (
  id uuid PRIMARY KEY,
  price_list_id uuid NOT NULL REFERENCES price_list (id),
  store_id uuid,
  subject_id uuid NOT NULL,
  amount integer NOT NULL,
  valid_from timestamptz(3) NOT NULL,
  valid_until timestamptz(3),
  CHECK (valid_until > valid_from)
);
CREATE INDEX price_store_id_idx ON price (store_id);
CREATE INDEX price_price_list_id_subject_id_idx ON price (price_list_id, subject_id);

CREATE TABLE unavailability (
  store_id uuid NOT NULL,
  item_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason IN ('OUT_OF_STOCK', 'WITHDRAWN_BY_STAFF')),
  since timestamptz(3) NOT NULL,
  PRIMARY KEY (store_id, item_id, reason)
);

-- Every change takes the next version while it holds this row, until it commits: so versions become visible in order, and a device
-- that has seen version n has missed nothing below it.
CREATE TABLE menu_version (
  id integer PRIMARY KEY CHECK (id = 1),
  version integer NOT NULL,
  catalogue integer NOT NULL,
  epoch text NOT NULL
) WITH (fillfactor = 10);
INSERT INTO menu_version VALUES (1, 0, 0, gen_random_uuid());

CREATE TABLE menu_change (
  scope text NOT NULL,
  item_id uuid NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (scope, item_id)
);
CREATE UNIQUE INDEX menu_change_version_key ON menu_change (version);
CREATE INDEX menu_change_scope_version_idx ON menu_change (scope, version);
