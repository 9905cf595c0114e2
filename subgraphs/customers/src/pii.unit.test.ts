import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { expect, it } from 'vitest';
import { sdlOf } from '#platform/subgraph/sdl.ts';

const folder = new URL('..', import.meta.url);

/** The columns whose comment ends with `@pii`, as `Model.field`, with their types. */
function markedColumns(): Map<string, string> {
  const marked = new Map<string, string>();
  let model = '';
  let mark = false;
  for (const line of readFileSync(new URL('prisma/schema.prisma', folder), 'utf8').split('\n')) {
    model = /^model (\w+)/.exec(line)?.[1] ?? model;
    const field = /^ {2}(\w+) +(\S+)/.exec(line);
    if (mark && field) marked.set(`${model}.${field[1]}`, field[2]!);
    mark = /^ {2}\/\/\/.*@pii$/.test(line);
  }
  return marked;
}

/** The fields of the graph with the directive `@pii`, as `Type.field`. */
const markedFields = parse(sdlOf(folder)).definitions.flatMap((definition) =>
  (definition.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.fields ?? []) : [])
    .filter((field) => field.directives?.some(({ name }) => name.value === 'pii'))
    .map((field) => `${'name' in definition ? definition.name?.value : ''}.${field.name.value}`),
);

it('is marked alike in the tables and in the graph, and stored as encrypted bytes', () => {
  const columns = markedColumns();
  // Preferences are columns of the customer's row.
  expect([...columns.keys()].sort()).toEqual(
    markedFields.map((field) => field.replace(/^Preferences\./, 'Customer.')).sort(),
  );
  expect(new Set([...columns.values()].map((type) => type.replace('?', '')))).toEqual(new Set(['Bytes']));
});
