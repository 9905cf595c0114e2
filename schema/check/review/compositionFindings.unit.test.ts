import { parse, Source } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeGraph } from '../../compose/composeGraph.ts';
import { CompositionFailed } from '../../compose/compositionProblem.ts';
import { Owners } from '../model/owners.ts';
import { compositionFindings } from './compositionFindings.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"])
`;

function findings(...sdl: readonly string[]) {
  const sources = sdl.map((text, index) => {
    const name = ['orders', 'menu'][index]!;
    return { name, url: `http://${name}`, document: parse(new Source(link + text, `${name}.graphql`)) };
  });
  try {
    composeGraph('the graph', sources);
  } catch (error) {
    if (error instanceof CompositionFailed) return compositionFindings(error.problems, new Owners(''));
    throw error;
  }
  throw new Error('it composes');
}

const T = 'type T @key(fields: "id") { id: ID!';
const a = 'type Query { a: T }';
const b = 'type Query { b: T }';
const other = 'type Query { b: Int }';

/** What is wrong, the SDL of orders and of menu, the id of the finding, and what the reader is told to do. */
const rows: readonly (readonly [what: string, orders: string, menu: string, id: string, fix: RegExp])[] = [
  [
    'a field that is not shareable',
    `${a} ${T} total: Int }`,
    `${b} ${T} total: Int }`,
    'invalid-field-sharing:T.total',
    /take it out of the other of menu and orders.*@shareable in both/,
  ],
  [
    'an @override of an unknown subgraph',
    `${a} ${T} total: Int }`,
    `${b} ${T} total: Int @override(from: "ordres") }`,
    'invalid-field-sharing:T.total',
    /@override\(from:\) of T.total the name of a subgraph in schema\/subgraphs.ts/,
  ],
  [
    'an @override of itself',
    `${a} ${T} total: Int @override(from: "orders") }`,
    other,
    'override-from-self-error:T.total',
    /the subgraph that it comes from/,
  ],
  [
    'another type of a field',
    `${a} ${T} total: Int @shareable }`,
    `${b} ${T} total: String @shareable }`,
    'field-type-mismatch:T.total',
    /the same type in menu and orders/,
  ],
  [
    'another type of an argument',
    `${a} ${T} t(x: Int): Int @shareable }`,
    `${b} ${T} t(x: String): Int @shareable }`,
    'field-argument-type-mismatch:T.t(x:)',
    /T\.t\(x:\) the same type in menu and orders/,
  ],
  [
    'another default',
    `${a} ${T} t(x: Int = 1): Int @shareable }`,
    `${b} ${T} t(x: Int = 2): Int @shareable }`,
    'field-argument-default-mismatch:T.t(x:)',
    /the same default/,
  ],
  [
    'a required argument that another subgraph has not',
    `${a} ${T} t(x: Int!): Int @shareable }`,
    `${b} ${T} t: Int @shareable }`,
    'required-argument-missing-in-some-subgraph:T.t(x:)',
    /or make it optional/,
  ],
  [
    'a required input field that another subgraph has not',
    'input F { x: Int! y: Int } type Query { a(f: F): Int }',
    'input F { y: Int } type Query { b(f: F): Int }',
    'required-input-field-missing-in-some-subgraph:F.x',
    /Add F\.x in each subgraph that has F/,
  ],
  [
    'a kind of type that is another elsewhere',
    'type T { x: Int } type Query { a: T }',
    'input T { x: Int } type Query { b(t: T): Int }',
    'type-kind-mismatch:T',
    /another name/,
  ],
  [
    'an @external that nobody resolves',
    `${a} ${T} }`,
    `${b} ${T} weight: Int @external fee: Int @requires(fields: "weight") }`,
    'external-missing-on-base:T.weight',
    /without @external in the subgraph that resolves it/,
  ],
  [
    'an @external for nothing',
    `${a} ${T} w: Int }`,
    `${b} ${T} w: Int @external }`,
    'external-unused:T.w',
    /Take T\.w out of this subgraph/,
  ],
  [
    'an @external of another type',
    `${a} ${T} w: Int }`,
    `${b} ${T} w: String @external fee: Int @requires(fields: "w") }`,
    'external-type-mismatch:T.w',
    /compare (menu and orders|orders and menu)/,
  ],
  [
    '@requires of a field that is not there',
    `${a} ${T} w: Int }`,
    `${b} ${T} fee: Int @requires(fields: "weight") }`,
    'requires-invalid-fields:T.fee',
    /declare T\.weight in this subgraph: with @external/,
  ],
  [
    '@requires without @external',
    `${a} ${T} w: Int @shareable }`,
    `${b} ${T} w: Int @shareable fee: Int @requires(fields: "w") }`,
    'requires-fields-missing-external:T.fee',
    /declare T\.w with @external/,
  ],
  [
    '@provides of a field that is not there',
    `type Query { a: T @provides(fields: "nn") } ${T} }`,
    `${b} ${T} n: Int }`,
    'provides-invalid-fields:Query.a',
    /Correct the name in @provides of Query\.a/,
  ],
  [
    'a @key of a field that is not there',
    `${a} type T @key(fields: "idd") { id: ID! }`,
    other,
    'key-invalid-fields:T',
    /Correct the name in @key of T, or declare T\.idd/,
  ],
  [
    'no @key',
    `${a} type T { id: ID! @shareable x: Int }`,
    `${b} type T { id: ID! @shareable }`,
    'satisfiability-error:T.x',
    /Write @key\(fields: "id"\) on T in orders/,
  ],
  [
    'an enum that lacks a value',
    'enum E { A B } type Query { a(e: E): E }',
    'enum E { A } type Query { b(e: E): E }',
    'enum-value-mismatch:E',
    /add B in menu/,
  ],
  [
    'a field of an interface that a type elsewhere lacks',
    `interface I { x: Int } ${T.replace('@key', 'implements I @key')} x: Int } type Query { a: I }`,
    'interface I { x: Int z: Int } type U implements I { x: Int z: Int } type Query { b: I }',
    'interface-field-no-implem:I.z',
    /Add z to T in orders/,
  ],
  [
    'a field of an interface that a type lacks',
    'interface I { x: Int y: Int } type T implements I { x: Int } type Query { a: I }',
    other,
    'invalid-graphql:I.y',
    /Add y to T/,
  ],
  [
    '@interfaceObject without a key',
    'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { a: I }',
    'type I @interfaceObject { id: ID! n: Int } type Query { b: I }',
    'interface-object-usage-error:I',
    /the @key that the interface has/,
  ],
  ['an unknown type', 'type Query { a: Ordre }', other, 'invalid-graphql:Ordre', /Declare Ordre in this subgraph/],
  ['an unknown directive', 'type Query { a: Int @foo }', other, 'invalid-graphql:@foo', /Declare @foo/],
  [
    'a field twice',
    'type T { x: Int x: Int } type Query { a: T }',
    other,
    'invalid-graphql:T.x',
    /Take one of the two/,
  ],
  [
    'nothing accessible',
    'type T { x: Int @inaccessible } type Query { a: T }',
    other,
    'only-inaccessible-children:T',
    /Make a field of T accessible/,
  ],
  [
    'a code without a way out of its own',
    'type Query { a: Int } type __T { x: Int }',
    other,
    'invalid-graphql:__T',
    /it is not valid by itself/,
  ],
];

describe('what does not compose', () => {
  it.each(rows)('%s', (_what, orders, menu, id, fix) => {
    const [found] = findings(orders, menu);
    expect(found?.id).toBe(`composition:${id}`);
    expect(found?.fix).toMatch(fix);
    expect(found?.fix).toMatch(/^[A-Z@].*\.$/s);
  });

  it.each(rows)('%s: the id stays when lines move and other words are around', (_what, orders, menu) => {
    const ids = (before: string) => findings(before + orders, before + menu).map((each) => each.id);
    expect(ids('\n\n# A comment.\n')).toEqual(ids(''));
    expect(new Set(ids('')).size).toBe(ids('').length);
  });

  it('what our own checks find keeps its id, and shows the coordinate alone', () => {
    const message = 'Order.total is in the contract of kiosk, but its type Money is not. Tag Money.';
    const [found] = compositionFindings(
      [{ where: 'orders.graphql:3', subject: 'outside-contract:kiosk:Order.total', message }],
      new Owners(''),
    );
    expect(found).toMatchObject({ id: 'composition:outside-contract:kiosk:Order.total', subject: 'Order.total' });
    expect(found).toMatchObject({ fix: 'Tag Money.' });
  });
});
