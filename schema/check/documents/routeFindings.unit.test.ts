import { expect, it } from 'vitest';
import { treeOf } from '../against/tree.ts';
import { Owners } from '../model/owners.ts';
import { routeFindings } from './routeFindings.ts';

const file = 'rest/v1/orders/getOrder.graphql';
const route = `query GetOrder($id: ID!, $first: Int, $locale: Locale = EN) @rest(method: GET, path: "/orders/{id}") {
  order(id: $id, locale: $locale) { id total { amount currency } lines(first: $first) { name } ...F }
}
fragment F on Order { store { ... on Store { city } } }`;
const tree = (text: string) => treeOf('1a2b3c4d5', new Map([[file, text]]));

/** What is said of the route after changes of its text, each from one text to another. */
function said(...changes: (readonly [from: string, to: string])[]): string[] {
  const text = changes.reduce((now, [from, to]) => {
    expect(now).toContain(from);
    return now.replaceAll(from, to);
  }, route);
  return routeFindings(tree(route), tree(text), new Owners('')).map(({ message }) =>
    message.replace('the route `GET /v1/orders/{id}` ', ''),
  );
}

it.each([
  ['a field that is gone', [['id total', 'total']], 'no longer answers `id`'],
  ['an object that is gone', [['total { amount currency }', '']], 'no longer answers `total`'],
  ['a field of a fragment that is gone', [['city', 'zip']], 'no longer answers `store.city`'],
  ['a field that has another name', [['{ amount', '{ sum: amount']], 'no longer answers `total.amount`'],
  ['a variable that is new and required', [['$first: Int', '$first: Int, $x: Int!']], 'now asks for `x`'],
  ['a variable that became required', [['$first: Int', '$first: Int!']], 'takes `Int!` for `first`, and took `Int`'],
  [
    'a variable of another type',
    [['$locale: Locale', '$locale: Text']],
    'takes `Text` for `locale`, and took `Locale`',
  ],
  [
    'a variable that is gone',
    [
      ['$first: Int, ', ''],
      ['(first: $first)', ''],
    ],
    'no longer takes `first`',
  ],
  ['another status', [['method: GET', 'method: GET, status: 202']], 'answers 202, and answered 200'],
  ['a token that it asks for', [['method: GET', 'method: GET, signedIn: true']], 'refuses callers without a token'],
] as const)('%s breaks who calls the route', (_, changes, message) => {
  expect(said(...changes)).toEqual([message]);
});

it.each([
  ['nothing', []],
  ['more fields', [['id total', 'id number total']]],
  ['another order of fields', [['id total { amount currency }', 'total { currency amount } id']]],
  ['an optional variable', [['$first: Int', '$first: Int, $x: Int']]],
  ['a required variable with a default', [['$first: Int', '$first: Int! = 3, $x: Int! = 1']]],
  ['a variable that became optional', [['$id: ID!', '$id: ID']]],
  ['another root field', [['order(id: $id, locale: $locale)', 'orderOf(id: $id, locale: $locale)']]],
] as const)('%s breaks nobody', (_, changes) => {
  expect(said(...changes)).toEqual([]);
});

it('a route past its sunset may change', () => {
  const ended = route.replace(
    'method',
    'deprecated: "2026-01-01", sunset: "2026-06-01", successor: "/v2/orders", method',
  );
  const changes = (today: string) =>
    routeFindings(tree(ended), tree(ended.replace('city', 'zip')), new Owners(''), new Date(today)).length;
  expect([changes('2026-05-31'), changes('2026-06-01')]).toEqual([1, 0]);
});
