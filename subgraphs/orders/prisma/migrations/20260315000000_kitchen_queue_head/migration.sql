-- The kitchen queue says up to which version of a store's feed it is complete.
ALTER TABLE "kitchen_queue" ADD COLUMN "ahead" INTEGER[];
UPDATE "kitchen_queue" SET "ahead" = '{}';

-- One head row per store, under the store's own id: up to the first event that is not projected yet, and those projected beyond it.
WITH event AS (
  SELECT e.feed, e.feed_version, e.version <= coalesce(p.version, 0) AS done
  FROM platform.event e
  LEFT JOIN platform.read_model m ON m.name = 'kitchenQueue'
  LEFT JOIN platform.projected p ON p.read_model = m.name AND p.generation = m.generation AND p.stream = e.stream
  WHERE e.feed LIKE 'store:%'
), head AS (
  SELECT feed, coalesce(min(feed_version) FILTER (WHERE NOT done) - 1, max(feed_version)) AS complete FROM event GROUP BY feed
)
INSERT INTO "kitchen_queue" ("order_id", "store_id", "number", "service", "status", "lines", "placed_at", "since", "feed_version", "ahead")
SELECT substr(h.feed, 7)::uuid, substr(h.feed, 7)::uuid, 0, '', '', '[]', 'epoch', 'epoch', h.complete,
  ARRAY (SELECT e.feed_version FROM event e WHERE e.feed = h.feed AND e.done AND e.feed_version > h.complete ORDER BY e.feed_version)
FROM head h;
