import { GraphQLError, buildSchema, parse, print } from 'graphql';
import { expect, it } from 'vitest';
import { queryToRead } from './sharedQuery.ts';
import type { StreamDocument } from './streamDocument.ts';

const schema = buildSchema(`
  type Query { board(store: ID!, since: Int): Board any: Any }
  type Board { id: ID! version: Int! ready(first: Int): [Entry!]! owner: Owner }
  type Entry { number: Int! status: String }
  type Owner { id: ID! }
  union Any = Board | Entry
`);
const read = (text: string) =>
  queryToRead({ query: parse(text), operationName: 'Q' } as unknown as StreamDocument, schema);
const textOf = (text: string) => print(read(text).document);

it('is the same for documents that differ in names, order and fragments, and their answers are their own', () => {
  const [one, two] = [
    'query A($id: ID!) { b: board(store: $id) { made: ready(first: 2) { number s: status } id __streamVersion: version } }',
    `query Q($id: ID!) { board(store: $id) { ...F __streamVersion: version } }
     fragment F on Board { id ... on Board { ready(first: 2) { status n: number } } }`,
  ];
  expect(textOf(two!)).toBe(textOf(one!));
  const board = Object.keys(shape(read(one!).document))[0]!;
  const ready = Object.keys((shape(read(one!).document)[board] as Record<string, object>)!).find((key) =>
    key.startsWith('ready_'),
  )!;
  const result = {
    data: { [board]: { __streamVersion: 7, id: '1', [ready]: [{ number: 3, status: null }] } },
    errors: [new GraphQLError('no', { path: [board, ready, 0, 'status'], extensions: { code: 'NOT_FOUND' } })],
  };
  const before = JSON.stringify(result);
  const [first, second] = [read(one!).ownAnswer(result), read(two!).ownAnswer(result)];
  expect(JSON.stringify(first.data)).toBe('{"b":{"made":[{"number":3,"s":null}],"id":"1","__streamVersion":7}}');
  expect(JSON.stringify(second.data)).toBe('{"board":{"id":"1","ready":[{"status":null,"n":3}],"__streamVersion":7}}');
  expect(first.errors![0]!.toJSON()).toEqual({
    message: 'no',
    path: ['b', 'made', 0, 's'],
    extensions: { code: 'NOT_FOUND' },
  });
  expect(second.errors![0]!.path).toEqual(['board', 'ready', 0, 'status']);
  // What one stream takes out of its answer is still there for another.
  delete (first.data as Record<string, Record<string, unknown>>)['b']!['__streamVersion'];
  expect(JSON.stringify(result)).toBe(before);
});

it('tells fields apart by their arguments', () => {
  const withFirst = (first: number) => textOf(`query Q { board(store: "1") { ready(first: ${first}) { number } } }`);
  expect(withFirst(1)).not.toBe(withFirst(2));
});

it.each([
  ['a directive', 'query Q($v: Boolean!) { board(store: "1") { id @include(if: $v) } }'],
  ['a directive on a fragment', 'query Q($v: Boolean!) { board(store: "1") { ... @skip(if: $v) { id } } }'],
  ['a condition on a type', 'query Q { any { ... on Board { x: id } ... on Entry { x: number } } }'],
  ['one field twice', 'query Q { board(store: "1") { id other: id } }'],
  ['one name twice', 'query Q { board(store: "1") { owner { id } owner { again: id } } }'],
])('leaves a document as it is that has %s', (_what, text) => {
  expect(textOf(text)).toBe(print(parse(text)));
  expect(read(text).operationName).toBe('Q');
});

/** The response keys of a document, nested. */
function shape(document: ReturnType<typeof parse>): Record<string, unknown> {
  const of = (set: { selections: readonly unknown[] }): Record<string, unknown> =>
    Object.fromEntries(
      (set.selections as { alias?: { value: string }; name: { value: string }; selectionSet?: never }[]).map((each) => [
        (each.alias ?? each.name).value,
        each.selectionSet ? of(each.selectionSet) : true,
      ]),
    );
  return of((document.definitions[0] as unknown as { selectionSet: never }).selectionSet);
}
