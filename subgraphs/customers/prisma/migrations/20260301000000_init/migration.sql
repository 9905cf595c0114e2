-- bytea columns of people hold sealed values (platform/pii), never clear text.
CREATE TABLE customer (
  id uuid PRIMARY KEY,
  given_name bytea NOT NULL,
  family_name bytea NOT NULL,
  email bytea NOT NULL,
  email_index bytea,
  phone bytea,
  birthday bytea,
  locale text NOT NULL,
  diets bytea NOT NULL,
  avoid_allergens bytea NOT NULL,
  marketing_channel text NOT NULL,
  default_address_id uuid,
  registered_at timestamptz(3) NOT NULL,
  erased_at timestamptz(3)
);
CREATE UNIQUE INDEX customer_email_index_key ON customer (email_index);

-- Apart from what it opens, so that erasing is one DELETE.
CREATE TABLE customer_key (
  customer_id uuid PRIMARY KEY REFERENCES customer (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  wrapped bytea NOT NULL
);

CREATE TABLE address (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  version integer NOT NULL,
  current_version_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  removed_at timestamptz(3)
);
CREATE INDEX address_customer ON address (customer_id);

CREATE TABLE address_version (
  id uuid PRIMARY KEY,
  address_id uuid NOT NULL REFERENCES address (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  customer_id uuid NOT NULL,
  version integer NOT NULL,
  label bytea,
  line1 bytea NOT NULL,
  line2 bytea,
  postal_code bytea NOT NULL,
  city bytea NOT NULL,
  region bytea,
  country text NOT NULL,
  position bytea NOT NULL,
  instructions bytea,
  created_at timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX address_version_number ON address_version (address_id, version);

CREATE TABLE consent_change (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  at timestamptz(3) NOT NULL,
  channel text NOT NULL
);
CREATE INDEX consent_change_history ON consent_change (customer_id, at, id);

CREATE TABLE favourite_store (
  customer_id uuid NOT NULL REFERENCES customer (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  store_id uuid NOT NULL,
  added_at timestamptz(3) NOT NULL,
  PRIMARY KEY (customer_id, store_id)
);
CREATE INDEX favourite_store_order ON favourite_store (customer_id, added_at, store_id);
