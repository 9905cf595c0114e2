-- Whose tokens are good no more: those issued up to `revoked_at`. Subjects are those of tokens, not of customers alone.
CREATE TABLE access_revocation (
  subject text PRIMARY KEY,
  revoked_at timestamptz(3) NOT NULL
);
CREATE INDEX access_revocation_order ON access_revocation (revoked_at, subject);
