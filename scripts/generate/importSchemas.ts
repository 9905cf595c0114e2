import { z } from 'zod';
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
  const { about, row } = importTables[name];
  const schema = z.toJSONSchema(z.array(row), { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: name, description: about, ...schema }, null, 2)}\n`;
}
