CREATE TABLE courier (
  id uuid PRIMARY KEY,
  wrapped_key bytea NOT NULL,
  display_name bytea NOT NULL,
  available boolean NOT NULL,
  latitude double precision,
  longitude double precision,
  position_at timestamptz(3)
);

CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL,
  store_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  address_version_id uuid NOT NULL,
  courier_id uuid REFERENCES courier (id) ON UPDATE CASCADE ON DELETE SET NULL,
  status text NOT NULL,
  reason text,
  pickup_latitude double precision NOT NULL,
  pickup_longitude double precision NOT NULL,
  wrapped_key bytea,
  dropoff bytea,
  distance_metres integer NOT NULL,
  promised_at timestamptz(3) NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  assigned_at timestamptz(3),
  picked_up_at timestamptz(3),
  ended_at timestamptz(3)
);
-- One delivery per order, however often it is asked for.
CREATE UNIQUE INDEX delivery_order_id_key ON delivery (order_id);
CREATE INDEX delivery_courier_status ON delivery (courier_id, status);
CREATE INDEX delivery_customer ON delivery (customer_id);
CREATE INDEX delivery_store ON delivery (store_id);
CREATE INDEX delivery_status_requested ON delivery (status, requested_at);

CREATE TABLE order_note (
  order_id uuid PRIMARY KEY,
  ready_at timestamptz(3),
  called_off_at timestamptz(3)
);
