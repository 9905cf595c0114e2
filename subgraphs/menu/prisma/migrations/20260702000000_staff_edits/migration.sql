ALTER TABLE category ADD COLUMN version integer NOT NULL DEFAULT 1, ADD COLUMN retired_at timestamptz(3);
ALTER TABLE menu_item ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE modifier_group ADD COLUMN version integer NOT NULL DEFAULT 1, ADD COLUMN retired_at timestamptz(3);
-- What is taken away stays readable: orders under way name it.
ALTER TABLE modifier ADD COLUMN removed_at timestamptz(3);
ALTER TABLE item_size ADD COLUMN removed_at timestamptz(3);

CREATE TABLE menu_draft (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('OPEN', 'SCHEDULED', 'PUBLISHED', 'DISCARDED', 'FAILED')),
  version integer NOT NULL,
  -- Edits in the order in which they were asked for.
  edits jsonb NOT NULL,
  publish_at timestamptz(3),
  -- Why the draft could not be published.
  problem jsonb,
  changed_at timestamptz(3) NOT NULL
);
CREATE INDEX menu_draft_publish_at_idx ON menu_draft (publish_at) WHERE state = 'SCHEDULED';
