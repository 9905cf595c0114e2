import { z } from 'zod';
import type { Reference, Table } from '#schema/import/table.ts';
import { importTables, tableNames, type TableName } from '#schema/import/tables.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

const pathOf = (name: TableName): string => `schema/import/${name}.schema.json`;

/** Makes `schema/import/<table>.schema.json`, the JSON Schema of each file of an import. The files are committed. */
export function importSchemas(): GenerateTask[] {
  return [
    {
      name: 'import schemas',
      inputs: [
        'scripts/generate/importSchemas.ts',
        ...['fields', 'table', 'tables', 'storeTables', 'menuTables', 'stockTables'].map(
          (name) => `schema/import/${name}.ts`,
        ),
      ],
      outputs: tableNames.map(pathOf),
      run: () => {
        for (const [path, text] of importSchemaFiles()) writeIfChanged(path, text);
        return Promise.resolve();
      },
    },
  ];
}

/** The content of each file, by its path. */
export const importSchemaFiles = (): (readonly [path: string, text: string])[] =>
  tableNames.map((name) => [pathOf(name), importSchemaText(name)] as const);

function importSchemaText(name: TableName): string {
  const { about, row, each = [], spread, refs } = importTables[name] as Table;
  const schema = z.toJSONSchema(z.array(row), { io: 'input', target: 'draft-2020-12' });
  const items = schema.items as z.core.JSONSchema.ObjectSchema;
  for (const column of each) items.properties![column] = oneOrMore(items.properties![column]!, refs?.[column]);
  if (spread) {
    const { column, into, about: description } = spread;
    const additionalProperties = items.properties![into.value]!;
    items.properties![column] = { description, type: 'object', additionalProperties };
    items.required = items.required?.filter((each) => each !== into.value);
  }
  return `${JSON.stringify({ title: name, description: about, ...schema }, null, 2)}\n`;
}

/** A column in which a row may name several. */
function oneOrMore(schema: unknown, reference: Reference | undefined): z.core.JSONSchema.BaseSchema {
  const { description, ...one } = schema as z.core.JSONSchema.BaseSchema;
  const all = reference === 'store' ? [{ const: '*', description: 'Every store of the folder.' }] : [];
  return {
    description: [description, 'Several: the row holds for each of them.'].filter(Boolean).join(' '),
    anyOf: [one, ...all, { type: 'array', items: one, minItems: 1 }],
  };
}
