import { describe, expect, it } from 'vitest';
import { checkDirectives } from './checkDirectives.ts';
import { composeChannel } from './composeChannel.ts';
import { composeGraph } from './composeGraph.ts';
import { graphSource, viewSubgraph, type GraphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const subgraph = (name: string, sdl: string) =>
  graphSource(name, `http://localhost/${name}`, sdl, `subgraphs/${name}/schema.graphql`);
const view = (sdl: string) => graphSource(viewSubgraph, 'http://localhost/view', sdl, 'bffs/kiosk/schema.graphql');

const shops = `
  type Query {
    "A shop."
    shop(id: ID!): Shop @tag(name: "public")
    audit: [AuditEntry!]!
  }
  type Shop @key(fields: "id") @tag(name: "public") @show(fields: "id name mood") {
    id: ID!
    "What it is called."
    name: String!
    mood: Mood
    takings: Int @tag(name: "web")
  }
  enum Mood { GOOD BAD }
  type AuditEntry { at: DateTime! kind: AuditKind! }
  enum AuditKind { SEEN CHANGED }
`;
const wares = `
  type Query { wares(filter: WareFilter): [Ware!]! @tag(name: "kiosk") @tag(name: "web") }
  input WareFilter { kind: WareKind }
  enum WareKind { FOOD DRINK }
  type Ware @key(fields: "id") @tag(name: "kiosk") @tag(name: "web") @show(fields: "id price shop") { id: ID! price: Money! shop: Shop! }
  type Shop @key(fields: "id") { id: ID! wares: [Ware!]! @tag(name: "kiosk") @tag(name: "web") }
`;
const sources = () => [subgraph('shops', shops), subgraph('wares', wares)];
const contracts = (from: readonly GraphSource[]) =>
  Object.fromEntries(
    ['mobile', 'web', 'kiosk', 'delivery'].map((name) => [
      name,
      composeChannel({ name, tags: ['public', name] }, from).contract,
    ]),
  );

describe('contracts', () => {
  it('contain what is tagged for the channel, and nothing without a tag', () => {
    const { mobile, kiosk, web } = contracts(sources());
    expect(kiosk).toContain('wares(filter: WareFilter): [Ware!]!');
    expect(kiosk).toContain('enum WareKind');
    expect(kiosk).not.toContain('takings');
    expect(web).toContain('takings');
    expect(mobile).not.toMatch(/Ware|Money/);
    for (const contract of [mobile, kiosk, web]) expect(contract).not.toMatch(/audit|AuditEntry|AuditKind/);
  });

  it('contain no new field until it says who sees it', () => {
    const from = [subgraph('shops', shops.replace('mood: Mood', 'mood: Mood turnover: Int')), subgraph('wares', wares)];
    expect(contracts(from)).toEqual(contracts(sources()));
  });

  it('contain a type that another subgraph mentions without tags', () => {
    expect(contracts(sources()).kiosk).toContain('shop: Shop!');
  });

  it('contain the descriptions of the SDL', () => {
    expect(contracts(sources()).mobile).toContain('"""What it is called."""');
  });

  it('of other channels stay byte-identical when a tag of one channel changes', () => {
    const before = contracts(sources());
    const changed = [
      subgraph(
        'shops',
        shops.replace('takings: Int @tag(name: "web")', 'takings: Int @tag(name: "web") @tag(name: "delivery")'),
      ),
      subgraph('wares', wares),
    ];
    const after = contracts(changed);
    expect(after['delivery']).toContain('takings');
    expect({ ...after, delivery: before['delivery'] }).toEqual(before);
  });

  it('include the view of the channel, joined to types of the graph', () => {
    const { contract, supergraph } = composeChannel(
      { name: 'kiosk', tags: ['public', 'kiosk'] },
      sources(),
      view(`
      type Query { tiles: [Tile!]! }
      type Tile { label: String! ware: Ware! }
      type Ware @key(fields: "id", resolvable: false) { id: ID! }
    `),
    );
    expect(contract).toContain('tiles: [Tile!]!');
    expect(contract).toContain('price: Money!');
    expect(supergraph).toContain('VIEW @join__graph(name: "view"');
  });

  it('have no type Mutation when the channel has no mutations', () => {
    const from = [subgraph('shops', `${shops} type Mutation { close: Boolean }`), subgraph('wares', wares)];
    expect(contracts(from).kiosk).not.toContain('Mutation');
  });
});

const failing = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'composed';
};

describe('contracts that do not hold together', () => {
  it('name the field, the file and line, and the way out', () => {
    const from = [
      subgraph('shops', shops.replace('audit: [AuditEntry!]!', 'audit: [AuditEntry!]! @tag(name: "kiosk")')),
      subgraph('wares', wares),
    ];
    expect(failing(() => contracts(from))).toMatch(
      /subgraphs\/shops\/schema.graphql:5: Query.audit is in the contract of kiosk, but its type AuditEntry is not\. Tag AuditEntry \(subgraphs\/shops\/schema.graphql:15\) with one of public, kiosk/,
    );
  });

  it('include a union with a member that is left out', () => {
    const from = [
      subgraph(
        'shops',
        `${shops}
      union Found = Shop | Secret
      type Secret { id: ID! }
      extend type Query { find: Found @tag(name: "kiosk") }`,
      ),
      subgraph('wares', wares),
    ];
    expect(failing(() => contracts(from))).toContain(
      'union Found is in the contract of kiosk, but its member Secret is not',
    );
  });

  it('include a view that shows what the channel has not', () => {
    const from = sources();
    expect(
      failing(() =>
        composeChannel(
          { name: 'mobile', tags: ['public'] },
          from,
          view(`
      type Query { tiles: [Ware!]! }
      type Ware @key(fields: "id", resolvable: false) { id: ID! }
    `),
        ),
      ),
    ).toContain('bffs/kiosk/schema.graphql:2: Query.tiles is in the contract of mobile, but its type Ware is not');
  });

  it('include a stream whose query is left out', () => {
    const from = [
      subgraph(
        'shops',
        `${shops}
      extend type Query { hidden(id: ID!): Shop }
      type Subscription { moved(id: ID!): Shop @tag(name: "kiosk") @eventStream(events: ["ShopMoved"], feed: "shop:{id}", query: "hidden") }`,
      ),
      subgraph('wares', wares),
    ];
    expect(failing(() => contracts(from))).toContain('Query.hidden, which answers it, is not');
  });

  it('point at the file when subgraphs contradict each other', () => {
    const from = [subgraph('shops', shops), subgraph('wares', `${wares} extend type Shop { name: Int! }`)];
    expect(failing(() => composeGraph('the full graph', from))).toMatch(/subgraphs\/(shops|wares)\/schema.graphql:\d+/);
  });

  it('name a type that an interface may be and that the contract has not', () => {
    const seen = 'type Shop implements Place @key';
    const hidden = 'type AuditEntry implements Place {';
    const place = 'interface Place @tag(name: "kiosk") @show(fields: "id") { id: ID! }';
    const sdl = shops
      .replace('type Shop @key', seen)
      .replace('type AuditEntry {', `${place}\n${hidden} id: ID!`)
      .replace('@tag(name: "public") @show', '@tag(name: "public") @tag(name: "kiosk") @show');
    const answering = sdl.replace('type Query {', 'type Query { place: Place @tag(name: "kiosk")');
    const contractOf = (text: string) =>
      composeChannel({ name: 'kiosk', tags: ['public', 'kiosk'] }, [subgraph('shops', text)]).contract;
    expect(contractOf(sdl)).toContain('type Shop implements Place');
    expect(failing(() => contractOf(answering))).toMatch(
      /shops\/schema.graphql:\d+: the interface Place is in the contract of kiosk, but AuditEntry, which implements it, is not/,
    );
  });

  it('say that federation has no inputs of which one field is given', () => {
    const from = [subgraph('wares', wares.replace('input WareFilter', 'input WareFilter @oneOf'))];
    expect(failing(() => composeGraph('the full graph', from))).toMatch(
      /wares\/schema.graphql:3: .*Unknown directive "@oneOf"\. Federation composes no inputs.*leave @oneOf out/,
    );
  });

  it('name a subgraph that is overridden and unknown', () => {
    const types = indexTypes([
      subgraph('shops', 'type Query { a: Int @override(from: "oders") b: Int @override(from: "orders") }'),
    ]);
    expect(checkDirectives(types, ['public']).map(({ subject, message }) => `${subject} ${message}`)).toEqual([
      'unknown-override:Query.a Query.a overrides "oders", which is no subgraph. Correct the name, or take @override away if that subgraph is gone. Did you mean orders?',
    ]);
  });

  it('name unknown tags and scopes', () => {
    const types = indexTypes([
      subgraph(
        'shops',
        'type Query { a: Int @tag(name: "kisok") b: Int @auth(scopes: ["orders:raed"]) c: Int @auth(scopes: []) }',
      ),
    ]);
    const problems = checkDirectives(types, ['public', 'kiosk']);
    expect(problems.map(({ where, message }) => `${where}: ${message}`)).toEqual([
      'subgraphs/shops/schema.graphql:1: the tag "kisok" of Query.a is unknown. Take one of public, kiosk.',
      'subgraphs/shops/schema.graphql:1: the scope "orders:raed" of Query.b is unknown. Add it to schema/scopes.ts, or correct it. Did you mean orders:read?',
      'subgraphs/shops/schema.graphql:1: @auth of Query.c asks for no scope, which nobody has. Name one, or write @anyone.',
    ]);
    expect(problems.map(({ subject }) => subject)).toEqual([
      'unknown-tag:Query.a',
      'unknown-scope:Query.b',
      'no-scope:Query.c',
    ]);
  });
});
