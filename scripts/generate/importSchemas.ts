import { z } from 'zod';
import { importTables, tableNames, type TableName } from '#schema/import/tables.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

const pathOf = (name: TableName): string => `schema/import/${name}.schema.json`;

/** `schema/import/<table>.schema.json`: what a file of an import holds, as JSON Schema. Committed. */
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

/** What the files should say, each by its path. */
export const importSchemaFiles = (): (readonly [path: string, text: string])[] =>
  tableNames.map((name) => [pathOf(name), importSchemaText(name)] as const);

function importSchemaText(name: TableName): string {
  const { about, row } = importTables[name];
  const schema = z.toJSONSchema(z.array(row), { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: name, description: about, ...schema }, null, 2)}\n`;
}
