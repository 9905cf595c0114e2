import { GraphQLInt, GraphQLNonNull, GraphQLString } from 'graphql';
import { expect, it } from 'vitest';
import { readVariables } from './readVariables.ts';
import type { RouteInput } from './routeInputs.ts';

const input: RouteInput = {
  ...{ name: 'If-Match', in: 'header', variable: 'input', field: 'expectedVersion' },
  ...{ type: new GraphQLNonNull(GraphQLInt), required: true, description: undefined },
} as never;
const read = (header?: string) =>
  readVariables([input], {
    ...{ path: {}, query: new URLSearchParams(), headers: { 'if-match': header }, body: undefined },
    rawHeaders: header === undefined ? [] : ['If-Match', header],
  });

it('takes the version of an ETag, also of one that a proxy made weak when it compressed the answer', () => {
  expect(read('"7-abc"')).toEqual({ input: { expectedVersion: 7 } });
  expect(read('W/"7-abc"')).toEqual({ input: { expectedVersion: 7 } });
  expect(read('"7-abc-gzip"')).toEqual({ input: { expectedVersion: 7 } });
});

it.each(['*', '"abc"', '7', '"7-abc", "8-abc"', 'W/7-abc', '"99999999999-abc"'])('refuses %s', (header) => {
  expect(() => read(header)).toThrow(expect.objectContaining({ status: 400 }));
});

it('asks for the header where it is missing', () => {
  expect(() => read()).toThrow(expect.objectContaining({ status: 428 }));
});

it('refuses a header that was sent twice: joined, a key that was repeated on the way would be another key', () => {
  const key: RouteInput = {
    ...{ name: 'Idempotency-Key', in: 'header', variable: 'input', field: 'idempotencyKey' },
    ...{ type: GraphQLString, required: true, description: undefined },
  } as never;
  const parts = { path: {}, query: new URLSearchParams(), headers: { 'idempotency-key': 'k, k' }, body: undefined };
  const rawHeaders = ['idempotency-key', 'k', 'Idempotency-Key', 'k'];
  expect(() => readVariables([key], { ...parts, rawHeaders })).toThrow(
    expect.objectContaining({ details: [{ field: 'Idempotency-Key', message: 'May be given once' }] }),
  );
});
