CREATE TABLE "request_count" (
  "app_id" uuid NOT NULL,
  "minute" timestamptz(3) NOT NULL,
  "key_id" text NOT NULL,
  "operation" text NOT NULL,
  "status" integer NOT NULL,
  "requests" integer NOT NULL,
  "failed" integer NOT NULL,
  "latency" integer[],
  CONSTRAINT "request_count_pkey" PRIMARY KEY ("app_id", "minute", "key_id", "operation", "status"),
  CONSTRAINT "request_count_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "request_count_minute_idx" ON "request_count" ("minute");
