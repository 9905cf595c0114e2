import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent, type EventDefinition } from '#platform/events/defineEvent.ts';
import { checkEventStreams } from './checkEventStreams.ts';
import { graphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const moved = defineEvent({
  name: 'ShopMoved',
  domain: 'shops',
  version: '1.0',
  aggregate: (data) => `shop:${data.shopId}`,
  feed: (data) => `town:${data.town}`,
  schema: z.object({ shopId: z.string(), town: z.string(), mood: z.string() }),
});
const sold = defineEvent({
  name: 'WareSold',
  domain: 'wares',
  version: '1.0',
  aggregate: (data) => `shop:${data.shopId}`,
  schema: z.object({ shopId: z.string() }),
});

const subgraph = (name: string, sdl: string) =>
  graphSource(name, `http://localhost/${name}`, sdl, `subgraphs/${name}/schema.graphql`);

/** The SDL of the stream starts at line 11 of the file. */
const messages = (field: string) =>
  checkEventStreams(
    indexTypes([
      subgraph(
        'shops',
        `type Query {
    shop(id: ID!): Shop
    shops(town: ID!, after: Int): ShopChanges
    shopList(town: ID!, after: String): ShopList
    guest(id: ID!): Guest
  }
  type Shop { id: ID! mood: String state: State name(locale: String): String owner: Guest version: Int! }
  type ShopChanges { version: Int! reset: Boolean! changed: [Shop!]! removed: [ID!]! }
  type ShopList { version: Int! reset: Boolean changed: Shop }
  type Guest @key(fields: "id", resolvable: false) { id: ID! } enum State { OPEN CLOSED }
  type Subscription { ${field} }`,
      ),
      subgraph('towns', 'type Query { town(id: ID!): Shop }'),
    ]),
    new Map<string, EventDefinition>([
      [moved.name, moved],
      [sold.name, sold],
    ]),
  )
    .map(({ where, message }) => `${where} ${message}`)
    .join('\n');

const usual = 'events: ["ShopMoved"], feed: "shop:{id}"';
const stream = (over: string) => `moved(id: ID!): Shop @eventStream(${over})`;
const collection = (over: string) =>
  `moved(town: ID!): ShopChanges @eventStream(events: ["ShopMoved"], feed: "town:{town}", ${over})`;

describe('declared streams', () => {
  it.each([
    ['one object', stream(`${usual}, query: "shop", version: "version", carries: ["mood:mood"]`)],
    [
      'one that its events answer',
      stream(`${usual}, query: "shop", version: "version", carries: ["id:id", "mood:mood"], fixedOwner: true`),
    ],
    ['one that ends', stream(`${usual}, query: "shop", carries: ["state:mood"], endsWith: ["state:CLOSED"]`)],
    ['a sampled collection', collection('query: "shops", version: "version", since: "after", delivery: "sampled"')],
  ])('pass when they fit: %s', (_what, field) => {
    expect(messages(field)).toBe('');
  });

  it.each([
    [
      'an unknown event',
      stream('events: ["ShopMovd"], feed: "shop:{id}", query: "shop"'),
      'the event ShopMovd is unknown. Define it in schema/events, or correct the name. Did you mean ShopMoved?',
    ],
    ['no event', stream('events: [], feed: "shop:{id}", query: "shop"'), 'names no event'],
    [
      'events of two domains',
      stream('events: ["ShopMoved", "WareSold"], feed: "shop:{id}", query: "shop"'),
      'its events are of several domains (shops.v1, wares.v1)',
    ],
    [
      'a key that is no argument',
      stream('events: ["ShopMoved"], feed: "shop:{shopId}", query: "shop"'),
      'key {shopId} is no argument of the field. Take one of id',
    ],
    [
      'a feed the event is not in',
      stream('events: ["ShopMoved"], feed: "street:{id}", query: "shop"'),
      'ShopMoved appears in no feed street:…, but in shop, town',
    ],
    [
      'an unknown delivery',
      stream(`${usual}, query: "shop", delivery: "often"`),
      'delivery "often" is unknown. Take one of every, latest, sampled',
    ],
    ['no declaration', 'moved(id: ID!): Shop', 'says not what feeds it'],
  ])('are refused with %s', (_what, field, complaint) => {
    expect(messages(field)).toMatch(/^subgraphs\/shops\/schema.graphql:11 Subscription.moved: /);
    expect(messages(field)).toContain(complaint);
  });

  it.each([
    ['an unknown one', stream(`${usual}, query: "shoop"`), 'there is no Query.shoop'],
    [
      'one of another subgraph',
      stream(`${usual}, query: "town"`),
      "Query.town is of subgraphs/towns/schema.graphql, which does not know the feed's version",
    ],
    [
      'other arguments',
      'moved(key: ID!): Shop @eventStream(events: ["ShopMoved"], feed: "shop:{key}", query: "shop")',
      'its arguments (key: ID!) are not those of Query.shop (id: ID!)',
    ],
    [
      'another type',
      'moved(id: ID!): String @eventStream(events: ["ShopMoved"], feed: "shop:{id}", query: "shop")',
      'it returns String, but Query.shop returns Shop',
    ],
    [
      'a promise it does not make',
      'moved(id: ID!): Shop! @eventStream(events: ["ShopMoved"], feed: "shop:{id}", query: "shop")',
      'may answer null',
    ],
    [
      "a type that is nobody's",
      `moved(id: ID!): Guest @eventStream(${usual}, query: "guest")`,
      'its type Guest is resolved by no subgraph',
    ],
    [
      'a type that is defined nowhere',
      `moved(id: ID!): Ghost @eventStream(${usual}, query: "shop")`,
      'its type Ghost is defined by no subgraph. Define it where Query.shop is resolved',
    ],
    [
      'an argument for changes that it does not name',
      collection('query: "shops", version: "version"'),
      'or name with `since:` the one that asks for changes',
    ],
  ])('are refused with a query that does not fit: %s', (_what, field, complaint) => {
    expect(messages(field)).toMatch(/^subgraphs\/shops\/schema.graphql:11 Subscription.moved: /);
    expect(messages(field)).toContain(complaint);
  });

  it.each([
    [
      'no argument of the query',
      collection('query: "shops", version: "version", since: "afterr"'),
      'since "afterr" is no argument of Query.shops that may be null or a version. Add `afterr: Int` to it',
    ],
    [
      'no Int',
      'moved(town: ID!): ShopList @eventStream(events: ["ShopMoved"], feed: "town:{town}", query: "shopList", version: "version", since: "after")',
      'Add `after: Int` to it',
    ],
    [
      'an argument of the stream',
      'moved(town: ID!, after: Int): ShopChanges @eventStream(events: ["ShopMoved"], feed: "town:{town}", query: "shops", version: "version", since: "after")',
      'Take it from the subscription field',
    ],
    ['no version', collection('query: "shops", since: "after"'), 'Add `version:` with the field that says it'],
    [
      'no changes to tell',
      'moved(town: ID!): ShopList @eventStream(events: ["ShopMoved"], feed: "town:{town}", query: "shopList", version: "version", since: "after")',
      'ShopList has no `removed: [ID!]!`. Add it',
    ],
  ])('are refused with a `since` that is %s', (_what, field, complaint) => {
    expect(messages(field)).toContain(complaint);
  });

  it.each([
    ['a version that is no field', stream(`${usual}, query: "shop", version: "v"`), 'version "v" is no Int field'],
    [
      'a field that the answer has not',
      stream(`${usual}, query: "shop", carries: ["moood:mood"]`),
      'its answer has no field moood',
    ],
    [
      'a property no event has',
      stream(`${usual}, query: "shop", carries: ["mood:temper"]`),
      'none of its events has a property temper, and it is no argument. Take one of shopId, town, mood, id',
    ],
    ['an object', stream(`${usual}, query: "shop", carries: ["owner:mood"]`), 'owner is an object'],
    ['a field with arguments', stream(`${usual}, query: "shop", carries: ["name:mood"]`), 'name takes arguments'],
    ['no pair', stream(`${usual}, query: "shop", carries: ["mood"]`), 'that is no pair. Write field:property'],
    ['a field twice', stream(`${usual}, query: "shop", carries: ["mood:mood", "mood:town"]`), 'mood is carried twice'],
    [
      'the version',
      stream(`${usual}, query: "shop", version: "version", carries: ["version:town"]`),
      'version is the version, which every event carries',
    ],
    [
      'an end that is no pair',
      stream(`${usual}, query: "shop", carries: ["state:mood"], endsWith: ["state"]`),
      'endsWith lists state. Write pairs field:VALUE of one field',
    ],
    [
      'an end that is not carried',
      stream(`${usual}, query: "shop", endsWith: ["state:CLOSED"]`),
      'endsWith names state, which no event carries',
    ],
    [
      'an end that is no value',
      stream(`${usual}, query: "shop", carries: ["state:mood"], endsWith: ["state:GONE"]`),
      'State has no value GONE. Take one of OPEN, CLOSED',
    ],
    [
      'nothing to answer from',
      stream(`${usual}, query: "shop", fixedOwner: true`),
      '`carries` lists nothing that they answer',
    ],
  ])('are refused with what an event cannot carry: %s', (_what, field, complaint) => {
    expect(messages(field)).toMatch(/^subgraphs\/shops\/schema.graphql:11 Subscription.moved: /);
    expect(messages(field)).toContain(complaint);
  });

  it('are reported at the argument that is wrong', () => {
    expect(messages(stream('\nevents: ["ShopMoved"]\nfeed: "shop:{id}"\nquery: "shop"\ndelivery: "often"'))).toMatch(
      /^subgraphs\/shops\/schema.graphql:15 /,
    );
  });
});
