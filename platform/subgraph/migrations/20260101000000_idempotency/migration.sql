-- What a mutation answered, by who asked and under which key: kept 30 days.
CREATE TABLE platform.idempotency (
  principal text NOT NULL,
  mutation text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  result jsonb,
  at timestamptz NOT NULL,
  PRIMARY KEY (principal, mutation, key)
);
CREATE INDEX idempotency_at ON platform.idempotency (at);

-- Seeds run once per database.
CREATE TABLE platform.seeded (
  name text PRIMARY KEY,
  at timestamptz NOT NULL
);
