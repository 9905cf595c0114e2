-- What the supplier asks for a pack of an ingredient from an instant on, by its price lists.
CREATE TABLE supplier_price (
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  valid_from timestamptz(3) NOT NULL,
  price_list text NOT NULL,
  -- How much a pack holds, in the unit of the ingredient.
  pack_size integer NOT NULL CHECK (pack_size > 0),
  -- In minor units.
  price integer NOT NULL CHECK (price >= 0),
  currency char(3) NOT NULL,
  -- How many digits of the price stand behind the point.
  exponent integer NOT NULL,
  PRIMARY KEY (ingredient_id, valid_from)
);

CREATE TABLE purchase_order (
  id uuid PRIMARY KEY,
  store_id uuid NOT NULL,
  -- ASKING, PLACED, NOTIFIED, RECEIVED, REFUSED or CANCELLED.
  status text NOT NULL,
  supplier_number text,
  reason text,
  expected_at timestamptz(3),
  tries integer NOT NULL DEFAULT 0,
  -- When the supplier is asked next; null for an order that has ended.
  due_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  closed_at timestamptz(3)
);
CREATE INDEX purchase_order_due ON purchase_order (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX purchase_order_of_store ON purchase_order (store_id, created_at DESC, id DESC);

CREATE TABLE purchase_order_line (
  purchase_order_id uuid NOT NULL REFERENCES purchase_order (id),
  store_id uuid NOT NULL,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  -- All quantities are in the unit of the ingredient. Ordered is 0 for what came without having been ordered.
  ordered integer NOT NULL,
  packs integer NOT NULL,
  pack_size integer NOT NULL,
  price integer NOT NULL,
  currency char(3) NOT NULL,
  exponent integer NOT NULL,
  -- Null until a shipping notice, or the store's staff, have said so.
  notified integer,
  received integer,
  open boolean NOT NULL,
  PRIMARY KEY (purchase_order_id, ingredient_id)
);
-- A store never has two open orders of an ingredient, whoever makes them.
CREATE UNIQUE INDEX purchase_order_line_open ON purchase_order_line (store_id, ingredient_id) WHERE open;

-- What the supplier says it has sent, by its number of the delivery.
CREATE TABLE shipping_notice (
  store_id uuid NOT NULL,
  delivery_note text NOT NULL,
  purchase_order_id uuid NOT NULL REFERENCES purchase_order (id),
  lines jsonb NOT NULL,
  noted_at timestamptz(3) NOT NULL,
  arrived_at timestamptz(3),
  PRIMARY KEY (store_id, delivery_note)
);
CREATE INDEX shipping_notice_of_order ON shipping_notice (purchase_order_id);

-- In what an order, its notices and what was received differ, found when the order was closed.
CREATE TABLE purchase_order_difference (
  purchase_order_id uuid NOT NULL REFERENCES purchase_order (id),
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  -- SENT_LESS, SENT_MORE, NOT_ORDERED, MISSING or SURPLUS.
  kind text NOT NULL,
  quantity integer NOT NULL,
  PRIMARY KEY (purchase_order_id, ingredient_id, kind)
);

-- What the supplier takes back, and what each store has thereupon taken off its stock.
CREATE TABLE recall (
  id text PRIMARY KEY,
  ingredient_id uuid NOT NULL REFERENCES ingredient (id),
  -- The deliveries concerned; none: all there ever were.
  delivery_notes text[] NOT NULL,
  reason text NOT NULL,
  noted_at timestamptz(3) NOT NULL
);
CREATE TABLE recall_at_store (
  recall_id text NOT NULL REFERENCES recall (id),
  store_id uuid NOT NULL,
  taken integer NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (recall_id, store_id)
);
CREATE INDEX recall_at_store_of_store ON recall_at_store (store_id, at DESC, recall_id DESC);

-- What the supplier is to be asked for: few of all.
CREATE INDEX stock_low ON stock (store_id) WHERE on_hand < reorder_level;
