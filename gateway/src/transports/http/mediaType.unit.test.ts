import { expect, it } from 'vitest';
import { acceptsEventStream, codingOf, negotiate } from './mediaType.ts';

it.each<[string | undefined, string | undefined]>([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['application/json', 'json'],
  ['application/json; charset=utf-8', 'json'],
  ['APPLICATION/JSON', 'json'],
  ['application/graphql-response+json', 'graphql-response+json'],
  ['application/graphql-response+json; charset=utf-8, application/json; q=0.9', 'graphql-response+json'],
  ['application/json;q=0.2, application/graphql-response+json;q=0.8', 'graphql-response+json'],
  ['*/*, application/graphql-response+json', 'graphql-response+json'],
  ['application/json;q=0, */*', 'graphql-response+json'],
  ['*/*;q=0', undefined],
  ['application/json;q=0', undefined],
  ['text/html, application/xml', undefined],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'json'],
])('the answer to Accept: %s is written as %s', (accept, type) => {
  expect(negotiate(accept)).toBe(type === undefined ? undefined : `application/${type}`);
});

it.each<[string | undefined, boolean]>([
  ['text/event-stream', true],
  ['application/json, text/event-stream;q=0.1', true],
  ['Text/Event-Stream', true],
  ['text/event-stream;q=0', false],
  ['text/event-stream; q=0.000', false],
  ['*/*', false],
  ['text/*', false],
  [undefined, false],
])('whether Accept: %s reads event streams: %s', (accept, reads) => expect(acceptsEventStream(accept)).toBe(reads));

it.each<[string | undefined, string | undefined, string | undefined]>([
  [undefined, 'identity', 'identity'],
  ['', 'identity', 'identity'],
  ['gzip', 'gzip', 'identity'],
  ['GZIP', 'gzip', 'identity'],
  ['gzip, deflate, br, zstd', 'gzip', 'identity'],
  ['*', 'gzip', 'identity'],
  ['gzip;q=0', 'identity', 'identity'],
  ['gzip; q=0.000, identity', 'identity', 'identity'],
  ['deflate, gzip;q=0', 'identity', 'identity'],
  ['identity;q=1, *;q=0', 'identity', 'identity'],
  ['br', 'identity', 'identity'],
  ['gzip;q=0.1, identity;q=0.5', 'identity', 'identity'],
  ['gzip, identity;q=0', 'gzip', 'gzip'],
  ['identity;q=0', undefined, undefined],
  ['*;q=0', undefined, undefined],
  ['br, identity;q=0', undefined, undefined],
])('what is long goes to Accept-Encoding: %s as %s, what is short as %s', (accept, long, short) => {
  expect([codingOf(accept, true), codingOf(accept, false)]).toEqual([long, short]);
});
