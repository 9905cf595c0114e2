import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { subgraphs } from '#schema/subgraphs.ts';
import { loadDefinitions } from './definitions.ts';

/** The tables of a domain that have the id of a customer, by its Prisma schema. */
function tablesWithCustomers(name: string): string[] {
  const text = readFileSync(new URL(`../../subgraphs/${name}/prisma/schema.prisma`, import.meta.url), 'utf8');
  return [...text.matchAll(/^model (\w+) \{\n([^]*?)^\}/gm)]
    .filter(([, , fields = '']) => /\bcustomer_id\b/.test(fields))
    .map(([, model = '', fields = '']) => /@@map\("(\w+)"\)/.exec(fields)?.[1] ?? model);
}

it.each(subgraphs.map(({ name }) => name))(
  'a table of %s with the id of a customer is told when they ask what is kept about them',
  async (name) => {
    const [registered] = await loadDefinitions(subgraphs.filter((each) => each.name === name));
    const { tables = {}, otherTables = [] } = registered!.definition.personalData ?? {};
    const told = [...Object.values(tables).map(({ table }) => table), ...otherTables];
    expect(tablesWithCustomers(name).filter((table) => !told.includes(table))).toEqual([]);
  },
);
