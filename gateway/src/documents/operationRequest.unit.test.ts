import { expect, it } from 'vitest';
import { operationRequestOfQuery } from './operationRequest.ts';

it.each([
  ['variables=nope', '`variables` must be JSON.'],
  ['extensions=%7B', '`extensions` must be JSON.'],
  ['variables=%7B%22__proto__%22%3A1%7D', '`variables` is refused: a key is called __proto__.'],
])('says which parameter of a GET it cannot read: %s', (search, message) => {
  expect(() => operationRequestOfQuery(new URLSearchParams(`query=%7Ba%7D&${search}`))).toThrow(
    expect.objectContaining({ errors: [expect.objectContaining({ message })] }),
  );
});
