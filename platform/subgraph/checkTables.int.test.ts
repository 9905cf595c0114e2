import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { checkTables } from './checkTables.ts';

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: (await emptyDatabase()).url });
  await pool.query('CREATE TABLE "gift_card" ("id" uuid, "amount_minor" bigint)');
});
afterAll(() => pool.end());

const client = (dbName: string | null, ...columns: string[]) => ({
  _runtimeDataModel: {
    models: {
      GiftCard: {
        dbName,
        fields: [
          { name: 'id', kind: 'scalar' },
          ...columns.map((column) => ({ name: 'some', dbName: column, kind: 'enum' })),
          { name: 'owner', kind: 'object' },
        ],
      },
    },
  },
});

it.each([
  ['a column', client('gift_card', 'amount_minor', 'state'), 'the column "state" of the table "gift_card"'],
  ['a table', client(null), 'the table "GiftCard"'],
])('names %s that the code has and no migration made', async (_what, db, missing) => {
  await expect(checkTables('gifts', pool, db)).rejects.toThrow(
    `The database of gifts lacks ${missing}, which subgraphs/gifts/prisma/schema.prisma has: add a migration to subgraphs/gifts/prisma/migrations.`,
  );
});

it('is content with what is there', () => checkTables('gifts', pool, client('gift_card', 'amount_minor')));
