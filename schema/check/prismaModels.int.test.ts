import { existsSync, readFileSync } from 'node:fs';
import { getDMMF } from '@prisma/get-dmmf';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { subgraphs } from '../subgraphs.ts';

type Document = Extract<ReturnType<typeof getDMMF>, { datamodel: unknown }>;
type Field = Document['datamodel']['models'][number]['fields'][number];

/**
 * The name in PostgreSQL's catalogue of the type that each Prisma type becomes by default;
 * https://www.prisma.io/docs/orm/overview/databases/postgresql#type-mappings
 */
const usualType: Record<string, string> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Decimal: 'numeric',
  DateTime: 'timestamp without time zone',
  Json: 'jsonb',
  Bytes: 'bytea',
};
const nativeType: Record<string, string> = {
  Uuid: 'uuid',
  Timestamptz: 'timestamp with time zone',
  Date: 'date',
  Text: 'text',
  SmallInt: 'smallint',
  Char: 'character',
  VarChar: 'character varying',
  JsonB: 'jsonb',
};

const columnType = (field: Field, enums: ReadonlySet<string>) => {
  const base = field.nativeType
    ? (nativeType[field.nativeType[0]] ?? field.nativeType[0])
    : enums.has(field.type)
      ? 'USER-DEFINED'
      : usualType[field.type];
  return field.isList ? 'ARRAY' : base;
};

function modelOf(file: string): Map<string, string> {
  const document = getDMMF({ datamodel: readFileSync(file, 'utf8') });
  if (!('datamodel' in document)) throw new Error(`${file}: ${document.type}`);
  const { datamodel } = document;
  const enums = new Set(datamodel.enums.map(({ name }) => name));
  const model = new Map<string, string>();
  for (const table of datamodel.models) {
    const name = table.dbName ?? table.name;
    const columns = new Map(
      table.fields.filter(({ kind }) => kind !== 'object').map((field) => [field.name, field.dbName ?? field.name]),
    );
    for (const field of table.fields.filter(({ kind }) => kind !== 'object')) {
      // Prisma adds no NOT NULL to list columns: a missing list reads as an empty one.
      model.set(
        `${name}.${columns.get(field.name)}`,
        `${columnType(field, enums)}${field.isRequired && !field.isList ? ' not null' : ''}`,
      );
    }
    const key = table.primaryKey?.fields ?? table.fields.filter(({ isId }) => isId).map((field) => field.name);
    model.set(`${name} primary key`, key.map((field) => columns.get(field)).join(', '));
  }
  return model;
}

async function catalogueOf(url: string): Promise<Map<string, string>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const columns = await client.query<{
      table_name: string;
      column_name: string;
      data_type: string;
      is_nullable: string;
    }>(
      `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    );
    const keys = await client.query<{ table_name: string; columns: string }>(
      `SELECT relname AS table_name, string_agg(attname, ', ' ORDER BY array_position(indkey::int2[], attnum)) AS columns
       FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
       WHERE indisprimary AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations' GROUP BY relname`,
    );
    return new Map([
      ...columns.rows.map(
        (row) =>
          [
            `${row.table_name}.${row.column_name}`,
            `${row.data_type}${row.is_nullable === 'NO' && row.data_type !== 'ARRAY' ? ' not null' : ''}`,
          ] as const,
      ),
      ...keys.rows.map((row) => [`${row.table_name} primary key`, row.columns] as const),
    ]);
  } finally {
    await client.end();
  }
}

const sorted = (map: ReadonlyMap<string, string>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

describe.each(subgraphs.filter(({ name }) => existsSync(`subgraphs/${name}/prisma/schema.prisma`)))(
  '$name',
  ({ name }) => {
    it("has after its migrations the tables that Prisma's model describes", async () => {
      const database = await testDatabase(name);
      expect(sorted(await catalogueOf(database.url))).toEqual(
        sorted(modelOf(`subgraphs/${name}/prisma/schema.prisma`)),
      );
    });
  },
);
