import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';

export interface Use {
  /** Of the registration. */
  readonly id: string;
  /** ISO 8601: the beginning of the hour. */
  readonly hour: string;
  readonly requests: number;
  readonly failed: number;
}

/** Adds to what was counted, in one statement; what names no document is left out. */
export async function recordUse(tx: SqlTx, uses: readonly Use[]): Promise<void> {
  const good = uses.filter(({ id, hour }) => isId(id) && !Number.isNaN(Date.parse(hour)));
  await tx.$executeRawUnsafe(
    `INSERT INTO "document_use" AS "kept" ("id", "hour", "requests", "failed")
     SELECT "u"."id", date_trunc('hour', "u"."hour"), sum("u"."requests"), sum("u"."failed")
       FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[]) AS "u" ("id", "hour", "requests", "failed")
       JOIN "document" USING ("id")
      GROUP BY 1, 2
      ORDER BY 1, 2
     ON CONFLICT ("id", "hour") DO UPDATE
        SET "requests" = "kept"."requests" + EXCLUDED."requests", "failed" = "kept"."failed" + EXCLUDED."failed"`,
    good.map(({ id }) => id),
    good.map(({ hour }) => hour),
    good.map(({ requests }) => requests),
    good.map(({ failed }) => failed),
  );
}
