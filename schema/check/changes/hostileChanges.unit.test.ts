import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Coordinates } from '../model/coordinates.ts';
import { Owners } from '../model/owners.ts';
import { hostileSdl, live } from '../testing/hostileContract.ts';
import { contractFindings } from './contractFindings.ts';

/** What is replaced by what, the documents of the client, and the verdict: severity and id, then who breaks and how. */
type Row = readonly [
  what: string,
  edits: Readonly<Record<string, string>>,
  document: string,
  verdict: string,
  how: string,
];

const node = '{ node(id: 1) { id label } }';
const onOrder = '{ node(id: 1) { id ... on Order { total } } }';
const asPriced = '{ order(id: 1) { ... on Priced { total } } }';

const rows: Readonly<Record<string, readonly Row[]>> = {
  'null within a list': [
    [
      'a variable with a default',
      { 'ids: [Int]': 'ids: [Int!]' },
      'query A($id: Int = 5) { some(ids: [$id]) { id } }',
      'warning argument-type-changed:Query.some(ids:)',
      'may pass null, which is refused',
    ],
    [
      'a value',
      { 'ids: [Int]': 'ids: [Int!]' },
      '{ some(ids: [5]) { id } }',
      'note argument-type-changed:Query.some(ids:)',
      '',
    ],
  ],
  interfaces: [
    [
      'a new type implements it',
      { 'scalar DateTime': 'type Drone implements Node { id: ID!  label(upper: Boolean): String! }\nscalar DateTime' },
      node,
      'warning interface-added:Drone.Node',
      'reads Node and may be answered a type that its client does not know',
    ],
    [
      'a new type implements one that nobody reads',
      { 'scalar DateTime': 'type Drone implements Node { id: ID!  label(upper: Boolean): String! }\nscalar DateTime' },
      '{ order(id: 1) { id } }',
      'note type-added:Drone',
      '',
    ],
    [
      'a known type begins to implement it',
      { 'type Van {': 'type Van implements Node {' },
      node,
      'warning interface-added:Van.Node',
      'reads Node and may be answered a type that its client does not know',
    ],
    [
      'a type implements one interface more, of an interface that is read',
      { 'type Guest implements Node {': 'type Guest implements Node & Priced { total: Int! ' },
      '{ node(id: 1) { ... on Priced { total } } }',
      'warning interface-added:Guest.Priced',
      'has a fragment on Priced and may be answered a type that its client does not know',
    ],
    [
      'a type stops implementing it, and a fragment within it is on the type',
      { 'type Order implements Node & Priced {': 'type Order {' },
      onOrder,
      'error interface-removed:Order.Node',
      'has a fragment on Order, which no longer is a Node',
    ],
    [
      'a type stops implementing it, and a fragment within the type is on it',
      { 'type Order implements Node & Priced {': 'type Order implements Node {' },
      asPriced,
      'error interface-removed:Order.Priced',
      'has a fragment on Priced, which Order no longer is',
    ],
    [
      'a type stops implementing it, and only what all have in common is read',
      { 'type Guest implements Node {': 'type Guest {' },
      node,
      'note interface-removed:Guest.Node',
      '',
    ],
    [
      'an interface stops implementing another',
      {
        'interface Priced implements Node {': 'interface Priced {',
        'Order implements Node & Priced': 'Order implements Node',
      },
      '{ node(id: 1) { ... on Priced { total } } }',
      'error interface-removed:Order.Priced',
      'has a fragment on Priced, which Order no longer is',
    ],
    [
      'its field is removed',
      { 'interface Node { id: ID!  label(upper: Boolean): String! }': 'interface Node { id: ID! }' },
      node,
      'error field-removed:Node.label',
      'reads it',
    ],
    [
      'its field is removed and was read on a type alone',
      { 'interface Node { id: ID!  label(upper: Boolean): String! }': 'interface Node { id: ID! }' },
      '{ order(id: 1) { label } }',
      'note field-removed:Node.label',
      '',
    ],
    [
      'a field of a type is removed with the interface, of which it is still read',
      {
        'type Order implements Node & Priced { id: ID!  label(upper: Boolean): String!': 'type Order { id: ID!',
      },
      node,
      'note field-removed:Order.label',
      '',
    ],
    [
      'its field may be null',
      {
        'interface Node { id: ID!  label(upper: Boolean): String! }':
          'interface Node { id: ID!  label(upper: Boolean): String }',
      },
      node,
      'error field-type-changed:Node.label',
      'reads it, and its client was built for a value that is never null',
    ],
    [
      'its field may be null and is read on a type that promises more',
      {
        'interface Node { id: ID!  label(upper: Boolean): String! }':
          'interface Node { id: ID!  label(upper: Boolean): String }',
      },
      '{ order(id: 1) { label } }',
      'note field-type-changed:Node.label',
      '',
    ],
    [
      'its field takes a new argument that is required',
      { 'label(upper: Boolean)': 'label(upper: Boolean, locale: String!)' },
      node,
      'error argument-added:Node.label(locale:)',
      'does not pass it',
    ],
    [
      'its field loses an argument',
      { 'label(upper: Boolean)': 'label' },
      '{ node(id: 1) { label(upper: true) } }',
      'error argument-removed:Node.label(upper:)',
      'passes it',
    ],
    [
      'it has one field more',
      {
        'interface Priced implements Node { id: ID!': 'interface Priced implements Node { more: Int  id: ID!',
        'type Order implements Node & Priced { id: ID!': 'type Order implements Node & Priced { more: Int  id: ID!',
      },
      asPriced,
      'note field-added:Priced.more',
      '',
    ],
    [
      'it becomes a union',
      {
        'interface Node { id: ID!  label(upper: Boolean): String! }': 'union Node = Order | Guest',
        'interface Priced implements Node {': 'interface Priced {',
        'implements Node & Priced': 'implements Priced',
        'Guest implements Node': 'Guest',
      },
      node,
      'error type-kind-changed:Node',
      'needs it as it was',
    ],
    [
      'a field of it leads to one of its types, and the document has a fragment on another',
      { 'node(id: ID!): Node': 'node(id: ID!): Guest' },
      onOrder,
      'error field-type-changed:Query.node',
      'has a fragment in it on a type that it no longer can be',
    ],
    [
      'a field of it leads to one of its types',
      { 'node(id: ID!): Node': 'node(id: ID!): Guest' },
      node,
      'note field-type-changed:Query.node',
      '',
    ],
    [
      'a field of a type leads to its interface',
      { 'latest: Order': 'latest: Node' },
      '{ latest { id } }',
      'error field-type-changed:Query.latest',
      'reads it',
    ],
  ],
  directives: [
    [
      'it is removed',
      { 'directive @trace on QUERY': '' },
      'query Q @trace { latest { id } }',
      'error directive-removed:@trace',
      'has it',
    ],
    [
      'it is removed, and nobody has it',
      { 'directive @trace on QUERY': '' },
      node,
      'note directive-removed:@trace',
      '',
    ],
    [
      'it is new',
      { 'directive @trace': 'directive @loud on FIELD\ndirective @trace' },
      node,
      'note directive-added:@loud',
      '',
    ],
    [
      'it loses an argument',
      { ', width: Int)': ')' },
      '{ latest { id @format(width: 3) } }',
      'error argument-removed:@format(width:)',
      'passes it',
    ],
    [
      'it loses an argument that nobody passes',
      { ', width: Int)': ')' },
      '{ latest { id @format(as: "x") } }',
      'note argument-removed:@format(width:)',
      '',
    ],
    [
      'it takes a new argument that is required',
      { 'width: Int)': 'width: Int, unit: String!)' },
      '{ latest { id @format(width: 3) } }',
      'error argument-added:@format(unit:)',
      'does not pass it',
    ],
    [
      'it takes a new argument that may be left out',
      { 'width: Int)': 'width: Int, unit: String)' },
      '{ latest { id @format(width: 3) } }',
      'note argument-added:@format(unit:)',
      '',
    ],
    [
      'an argument has another type',
      { 'width: Int)': 'width: String)' },
      '{ latest { id @format(width: 3) } }',
      'error argument-type-changed:@format(width:)',
      'passes it',
    ],
    [
      'an argument is required',
      { 'width: Int)': 'width: Int!)' },
      '{ latest { id @format } }',
      'error argument-type-changed:@format(width:)',
      'does not pass it',
    ],
    [
      'a default changes',
      { '"plain"': '"bold"' },
      '{ latest { id @format(width: 3) } }',
      'warning argument-default-changed:@format(as:)',
      'leaves it out and gets the default',
    ],
    [
      'a default changes that nobody relies on',
      { '"plain"': '"bold"' },
      '{ latest { id @format(as: "x") } }',
      'note argument-default-changed:@format(as:)',
      '',
    ],
    [
      'it can be given once only',
      { ' repeatable on FIELD': ' on FIELD' },
      '{ latest { id @format(width: 3) @format(as: "x") } }',
      'error directive-narrowed:@format',
      'has it in a way that is no longer allowed',
    ],
    [
      'it can be given once only, and nobody does more',
      { ' repeatable on FIELD': ' on FIELD' },
      '{ latest { id @format(width: 3) } }',
      'note directive-narrowed:@format',
      '',
    ],
    [
      'it cannot stand where it stood',
      { 'on FIELD | FRAGMENT_SPREAD': 'on FRAGMENT_SPREAD' },
      '{ latest { id @format(width: 3) } }',
      'error directive-narrowed:@format',
      'has it in a way that is no longer allowed',
    ],
  ],
  'inputs of which one field is given': [
    [
      'a type takes one only, and is sent in a variable',
      { 'input Range {': 'input Range @oneOf {' },
      'query Q($by: FindBy!) { find(by: $by) { id } }',
      'error one-of-added:Range',
      'may send several fields of it',
    ],
    [
      'a type takes one only, and one is written',
      { 'input Range {': 'input Range @oneOf {' },
      '{ find(by: { range: { from: 1 } }) { id } }',
      'note one-of-added:Range',
      '',
    ],
    [
      'a type takes one only, and two are written',
      { 'input Range {': 'input Range @oneOf {' },
      '{ find(by: { range: { from: 1, to: 2 } }) { id } }',
      'error one-of-added:Range',
      'sends other than one field of it',
    ],
    [
      'a type takes one only, and one is a variable that may be null',
      { 'input Range {': 'input Range @oneOf {' },
      'query Q($from: Int) { find(by: { range: { from: $from } }) { id } }',
      'error one-of-added:Range',
      'sends other than one field of it',
    ],
    [
      'a type takes several again',
      { 'input FindBy @oneOf {': 'input FindBy {' },
      'query Q($by: FindBy!) { find(by: $by) { id } }',
      'note one-of-removed:FindBy',
      '',
    ],
    [
      'one of them is removed, and written',
      { '  label: String  range: Range }': '  range: Range }' },
      '{ find(by: { label: "x" }) { id } }',
      'error input-field-removed:FindBy.label',
      'sends it',
    ],
    [
      'one of them is removed, and may be sent',
      { '  label: String  range: Range }': '  range: Range }' },
      'query Q($by: FindBy!) { find(by: $by) { id } }',
      'error input-field-removed:FindBy.label',
      'may send it in a variable',
    ],
    [
      'one of them is removed, and another is written',
      { '  label: String  range: Range }': '  range: Range }' },
      '{ find(by: { id: 1 }) { id } }',
      'note input-field-removed:FindBy.label',
      '',
    ],
    [
      'there is one more',
      { 'range: Range }': 'range: Range  at: DateTime }' },
      'query Q($by: FindBy!) { find(by: $by) { id } }',
      'note input-field-added:FindBy.at',
      '',
    ],
  ],
  'defaults within defaults': [
    [
      'a field of the default of an argument has another, and the argument is left out',
      { 'upTo: Int = 5': 'upTo: Int = 6' },
      '{ within { id } }',
      'warning input-field-default-changed:Reach.upTo',
      'may leave it out and then gets the default',
    ],
    [
      'a field of the default of an argument has another, and a variable may be left out',
      { 'upTo: Int = 5': 'upTo: Int = 6' },
      'query Q($upTo: Int!) { within(reach: { upTo: $upTo }) { id } again: within { id } }',
      'warning input-field-default-changed:Reach.upTo',
      'may leave it out and then gets the default',
    ],
    [
      'a field of a field of a default has another, and an object leaves the field out',
      { 'km: Boolean = true': 'km: Boolean = false' },
      '{ within(reach: { upTo: 1 }) { id } }',
      'warning input-field-default-changed:Unit.km',
      'may leave it out and then gets the default',
    ],
    [
      'a field of the default of an argument of a type has another, and it is asked of an interface',
      { 'upTo: Int = 5': 'upTo: Int = 6' },
      '{ place { near { id } } }',
      'warning input-field-default-changed:Reach.upTo',
      'may leave it out and then gets the default',
    ],
    [
      'a field of the default of an argument of a directive has another',
      { 'upTo: Int = 5': 'upTo: Int = 6' },
      '{ latest { id @around } }',
      'warning input-field-default-changed:Reach.upTo',
      'may leave it out and then gets the default',
    ],
    [
      'a field of a default has another, and the document says its own',
      { 'upTo: Int = 5': 'upTo: Int = 6' },
      '{ within(reach: { upTo: 1 }) { id } }',
      'note input-field-default-changed:Reach.upTo',
      '',
    ],
    [
      'a field of a default has another, and nobody comes by it',
      { 'km: Boolean = true': 'km: Boolean = false' },
      '{ within(reach: { unit: { km: true } }) { id } }',
      'note input-field-default-changed:Unit.km',
      '',
    ],
  ],
  scalars: [
    [
      'its specification is another',
      { 'example.com/v1': 'example.com/v2' },
      '{ latest { at } }',
      'warning scalar-specified:DateTime',
      'reads or sends it',
    ],
    [
      'its specification is another, and nobody reads it',
      { 'example.com/v1': 'example.com/v2' },
      node,
      'note scalar-specified:DateTime',
      '',
    ],
  ],
  deprecations: [
    [
      'an enum value without a reason is no longer deprecated',
      { 'B @deprecated': 'B' },
      '{ holder { old } }',
      'note deprecation-removed:Old.B',
      '',
    ],
    [
      'an argument is deprecated',
      { 'node(id: ID!)': 'node(id: ID!, way: Int @deprecated(reason: "No."))' },
      node,
      'note argument-added:Query.node(way:)',
      '',
    ],
    [
      'an argument that is there is deprecated',
      {
        'interface Node { id: ID!  label(upper: Boolean)':
          'interface Node { id: ID!  label(upper: Boolean @deprecated)',
      },
      node,
      'note deprecation-added:Node.label(upper:)',
      '',
    ],
    [
      'an input field is deprecated',
      { 'input Range { from: Int': 'input Range { from: Int @deprecated' },
      node,
      'note deprecation-added:Range.from',
      '',
    ],
  ],
};

function edited(edits: Readonly<Record<string, string>>): string {
  return Object.entries(edits).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`there is no “${from}”`);
    return text.replaceAll(from, to);
  }, hostileSdl);
}

const repository = { owners: new Owners('app.graphql @kiosks'), coordinates: new Coordinates([]) };

describe.each(Object.entries(rows))('a change of %s', (_kind, table) => {
  it.each(table)('%s', async (_what, edits, text, verdict, how) => {
    const [before, after] = [buildSchema(hostileSdl), buildSchema(edited(edits))];
    const findings = await contractFindings([{ name: 'kiosk', before, after, documents: [live(text)] }], repository);
    const told = findings.map((each) => `${each.severity} ${each.id}`);
    expect(told).toContain(verdict);
    const found = findings.find(({ severity, id }) => `${severity} ${id}` === verdict)!;
    expect(found.affected.map((each) => `${each.client}@${each.version} ${each.owners.join()} ${each.how}`)).toEqual(
      how === '' ? [] : [`app@7 @kiosks ${how}`],
    );
    // What is broken is explained by what was changed.
    expect(told.filter((each) => each.includes('document-broken'))).toEqual([]);
    if (verdict.startsWith('note')) expect(told.filter((each) => !each.startsWith('note'))).toEqual([]);
  });
});
