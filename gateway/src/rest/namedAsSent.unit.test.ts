import { GraphQLString } from 'graphql';
import { expect, it } from 'vitest';
import { namedAsSent } from './namedAsSent.ts';
import { RestError } from './restError.ts';
import type { RouteInput } from './routeInputs.ts';

const input = (place: RouteInput['in'], name: string, variable: string, field?: string): RouteInput => ({
  ...{ in: place, name, variable, field, type: GraphQLString, required: false, description: undefined },
});
const inputs = [
  input('path', 'storeId', 'storeId'),
  input('query', 'page[size]', 'first'),
  input('query', 'page[after]', 'after'),
  input('query', 'country', 'filter', 'country'),
  input('header', 'If-Match', 'input', 'expectedVersion'),
  input('body', 'lines', 'input', 'lines'),
];

it.each([
  ['', '`after` is not a cursor of this list.', 'page[after]', '`page[after]` is not a cursor of this list.'],
  ['', '`filter.country` holds U+0000.', 'country', '`country` holds U+0000.'],
  ['', '`id` holds U+0000.', 'storeId', '`storeId` holds U+0000.'],
  ['first', 'Int cannot represent it', 'page[size]', 'Int cannot represent it'],
  ['expectedVersion', 'Int cannot represent it', 'If-Match', 'Int cannot represent it'],
  ['lines[0].quantity', 'Int cannot represent "many"', 'lines[0].quantity', 'Int cannot represent "many"'],
  ['', 'Something is wrong.', '', 'Something is wrong.'],
])('names "%s" of "%s" as the client sent it', (field, message, sent, said) => {
  const { details, status } = namedAsSent(RestError.invalid([{ field, message }]), inputs);
  expect([details, status]).toEqual([[{ field: sent, message: said }], 400]);
});

it('leaves an error without details as it is', () => {
  const error = new RestError(404, 'NOT_FOUND', 'There is no such thing.');
  expect(namedAsSent(error, inputs)).toBe(error);
});
