CREATE TABLE "partner" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "opened_at" timestamptz(3) NOT NULL,
  CONSTRAINT "partner_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "partner_name_key" ON "partner" ("name");

CREATE TABLE "app" (
  "id" uuid NOT NULL,
  "partner_id" uuid NOT NULL,
  "name" text NOT NULL,
  "scopes" text[],
  "signing" text NOT NULL,
  "addresses" text[],
  CONSTRAINT "app_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "app_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "app_name_key" ON "app" ("name");
CREATE INDEX "app_partner_id_name_idx" ON "app" ("partner_id", "name");

CREATE TABLE "api_key" (
  "id" text NOT NULL,
  "app_id" uuid NOT NULL,
  "secret_hash" bytea NOT NULL,
  "signing_key" bytea NOT NULL,
  "wrapped_key" bytea NOT NULL,
  "made_at" timestamptz(3) NOT NULL,
  "ends_at" timestamptz(3),
  "last_used_at" timestamptz(3),
  CONSTRAINT "api_key_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "api_key_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "api_key_app_id_made_at_idx" ON "api_key" ("app_id", "made_at" DESC);

CREATE TABLE "document" (
  "id" uuid NOT NULL,
  "app_id" uuid NOT NULL,
  "document_id" text NOT NULL,
  "name" text NOT NULL,
  "version" integer NOT NULL,
  "text" text NOT NULL,
  "scopes" text[],
  "registered_by" text NOT NULL,
  "registered_at" timestamptz(3) NOT NULL,
  "activated_at" timestamptz(3),
  "deprecated_at" timestamptz(3),
  "sunset" timestamptz(3),
  "successor_id" uuid,
  CONSTRAINT "document_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "document_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "document_successor_id_fkey" FOREIGN KEY ("successor_id") REFERENCES "document" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "document_app_id_document_id_key" ON "document" ("app_id", "document_id");
CREATE UNIQUE INDEX "document_app_id_name_version_key" ON "document" ("app_id", "name", "version");

CREATE TABLE "document_use" (
  "id" uuid NOT NULL,
  "hour" timestamptz(3) NOT NULL,
  "requests" integer NOT NULL,
  "failed" integer NOT NULL,
  CONSTRAINT "document_use_pkey" PRIMARY KEY ("id", "hour"),
  CONSTRAINT "document_use_id_fkey" FOREIGN KEY ("id") REFERENCES "document" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "request_nonce" (
  "key_id" text NOT NULL,
  "nonce" text NOT NULL,
  "until" timestamptz(3) NOT NULL,
  CONSTRAINT "request_nonce_pkey" PRIMARY KEY ("key_id", "nonce")
);
CREATE INDEX "request_nonce_until_idx" ON "request_nonce" ("until");
