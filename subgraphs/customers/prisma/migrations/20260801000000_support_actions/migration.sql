-- What support did for a customer: who, when and why. Rows are never updated or deleted, also when the customer is erased.
CREATE TABLE support_action (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  kind text NOT NULL,
  -- The order that it was about; null when it was about none.
  order_id uuid,
  reason text NOT NULL,
  actor text NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE INDEX support_action_customer_id_at_idx ON support_action (customer_id, at);
