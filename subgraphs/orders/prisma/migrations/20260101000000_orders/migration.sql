CREATE TABLE "orders" (
  "id" UUID NOT NULL,
  "version" INTEGER NOT NULL,
  "number" INTEGER NOT NULL,
  "local_date" TEXT NOT NULL,
  "store_id" UUID NOT NULL,
  "customer_id" UUID,
  "device_id" TEXT,
  "channel" TEXT NOT NULL,
  "service" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "reason" TEXT,
  "lines" JSONB NOT NULL,
  "subtotal" INTEGER NOT NULL,
  "delivery_fee" INTEGER NOT NULL,
  "tax" INTEGER NOT NULL,
  "tax_inclusive" BOOLEAN NOT NULL,
  "total" INTEGER NOT NULL,
  "currency" TEXT NOT NULL,
  "exponent" INTEGER NOT NULL,
  "address_version_id" UUID,
  "payment_method_token" TEXT,
  "payment_outcome" TEXT,
  "delivery_id" UUID,
  "delivery_status" TEXT,
  "courier_id" TEXT,
  "placed_at" TIMESTAMPTZ(3) NOT NULL,
  "promised_at" TIMESTAMPTZ(3),
  "status_changed_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "orders_by_customer" ON "orders" ("customer_id", "placed_at" DESC, "id" DESC);
CREATE INDEX "orders_by_store" ON "orders" ("store_id", "status");

CREATE TABLE "order_counter" (
  "store_id" UUID NOT NULL,
  "local_date" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  CONSTRAINT "order_counter_pkey" PRIMARY KEY ("store_id", "local_date")
);

CREATE TABLE "kitchen_queue" (
  "order_id" UUID NOT NULL,
  "store_id" UUID NOT NULL,
  "number" INTEGER NOT NULL,
  "service" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "lines" JSONB NOT NULL,
  "placed_at" TIMESTAMPTZ(3) NOT NULL,
  "since" TIMESTAMPTZ(3) NOT NULL,
  "feed_version" INTEGER NOT NULL,
  CONSTRAINT "kitchen_queue_pkey" PRIMARY KEY ("order_id")
);

CREATE INDEX "kitchen_queue_by_store" ON "kitchen_queue" ("store_id", "placed_at", "order_id");

CREATE TABLE "order_board" (
  "store_id" UUID NOT NULL,
  "order_id" UUID NOT NULL,
  "number" INTEGER NOT NULL,
  "service" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "since" TIMESTAMPTZ(3) NOT NULL,
  "feed_version" INTEGER NOT NULL,
  "ahead" INTEGER[],
  CONSTRAINT "order_board_pkey" PRIMARY KEY ("store_id", "order_id")
);
