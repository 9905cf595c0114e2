-- Screens and kiosks: one that asks to be enrolled has a code, one that is enrolled has a store.
CREATE TABLE "device" (
  "id" uuid NOT NULL,
  "role" text NOT NULL,
  "public_key" jsonb NOT NULL,
  "user_code" text,
  "code_ends_at" timestamptz(3) NOT NULL,
  "store_id" uuid,
  "name" text,
  "enrolled_at" timestamptz(3),
  "last_seen_at" timestamptz(3),
  "revoked_at" timestamptz(3),
  CONSTRAINT "device_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "device_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "device_user_code_key" ON "device" ("user_code");
CREATE INDEX "device_store_id_name_idx" ON "device" ("store_id", "name");

-- What a device has signed is good once: each assertion's id is kept until the assertion has ended.
CREATE TABLE "device_assertion" (
  "device_id" uuid NOT NULL,
  "jti" text NOT NULL,
  "until" timestamptz(3) NOT NULL,
  CONSTRAINT "device_assertion_pkey" PRIMARY KEY ("device_id", "jti"),
  CONSTRAINT "device_assertion_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
