import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { treeOf, workingTree } from '../against/tree.ts';
import { Owners } from '../model/owners.ts';
import { eventFindings, eventsIn } from './eventFindings.ts';
import { eventReaders } from './eventReaders.ts';
import { eventSchemaOf } from './eventSchema.ts';
import { protoFindings } from './protoFindings.ts';
import { settingFindings } from './settingFindings.ts';

const owners = new Owners('/schema/events/orders.ts @orders');
const root = process.cwd();

const event = (version: string, shape: z.ZodRawShape) =>
  new Map([
    [
      'OrderMoved',
      eventSchemaOf(
        defineEvent({ name: 'OrderMoved', domain: 'orders', version, schema: z.object(shape), aggregate: () => 'a' }),
      ),
    ],
  ]);
const base = { orderId: z.string(), to: z.enum(['READY', 'DONE']), note: z.string().nullable() };
const told = (version: string, shape: z.ZodRawShape) =>
  eventFindings(event('1.0', base), event(version, shape), owners).map(
    ({ severity, rule, message }) => `${severity} ${rule}: ${message}`,
  );

describe('events', () => {
  it.each<readonly [string, string, z.ZodRawShape, readonly RegExp[]]>([
    ['nothing changed', '1.0', base, []],
    ['an optional property, 1.1', '1.1', { ...base, at: z.string().optional() }, [/^note event-minor: .*`at` is new/]],
    [
      'the same without a version',
      '1.0',
      { ...base, at: z.string().optional() },
      [/^error event-version: .*still 1\.0/],
    ],
    ['a required property', '1.1', { ...base, at: z.string() }, [/^error event-breaks: .*`at` is new and required/]],
    ['a property less', '1.1', { orderId: base.orderId, to: base.to }, [/^error event-breaks: .*`note` is removed/]],
    [
      'a value more',
      '1.1',
      { ...base, to: z.enum(['READY', 'DONE', 'LOST']) },
      [/^error event-breaks: .*`to` may be LOST/],
    ],
    ['a value less', '1.1', { ...base, to: z.enum(['READY']) }, [/^error event-breaks: .*`to` has no DONE any more/]],
    ['another type', '1.1', { ...base, orderId: z.int() }, [/^error event-breaks: .*`orderId` has another type/]],
    ['null that was refused', '1.1', { ...base, orderId: z.string().nullable() }, [/`orderId` may be null/]],
    ['null no longer', '1.1', { ...base, note: z.string() }, [/`note` may no longer be null/]],
    [
      'text that may be no longer than nine characters',
      '1.1',
      { ...base, orderId: z.string().max(9) },
      [/`orderId` has another type/],
    ],
    ['only another description', '1.0', { ...base, orderId: z.string().describe('Its id.') }, []],
    ['a version that falls', '0.9', base, [/^error event-version: .*versions only rise/]],
    ['all of it in 2.0', '2.0', { ...base, orderId: z.int() }, [/^warning event-major: .*new major version/]],
  ])('%s', (_what, version, shape, expected) => {
    const found = told(version, shape);
    expect(found).toHaveLength(expected.length);
    expected.forEach((words, index) => expect(found[index]).toMatch(words));
  });

  it.each([
    ['a list', z.array(z.string()), z.array(z.string()).min(1), 'has other bounds'],
    ['a fraction', z.int(), z.number(), 'has another type'],
  ])('of which a value has other bounds breaks: %s', (_what, was, is, words) => {
    const found = eventFindings(event('1.0', { value: was }), event('1.1', { value: is }), owners);
    expect(found).toMatchObject([{ rule: 'event-breaks', message: expect.stringContaining(words) as string }]);
  });

  it('that move to another topic break, whatever their version', () => {
    const moved = new Map([...event('1.1', base)].map(([name, each]) => [name, { ...each, 'x-topic': 'menu.v1' }]));
    expect(eventFindings(event('1.0', base), moved, owners)).toMatchObject([
      { rule: 'event-moved', severity: 'error' },
    ]);
  });

  it('removed and new ones are told with their owner', () => {
    expect(eventFindings(event('1.0', base), new Map(), owners)).toMatchObject([
      { id: 'event-removed:OrderMoved', severity: 'error', owners: ['@orders'] },
    ]);
    expect(eventFindings(new Map(), event('1.0', base), owners)).toMatchObject([{ severity: 'note' }]);
  });

  it('who reads what is gone is named by their pact, and what they read may not go', () => {
    const readers = eventReaders(workingTree(root)).filter(({ event }) => event === 'OrderStatusChanged');
    const known = eventsIn(workingTree(root)).get('OrderStatusChanged')!;
    const { total: _, ...properties } = known.properties!;
    const required = known.required!.filter((name) => name !== 'total');
    const old = { ...known, required };
    const now = { ...old, 'x-version': '1.1', properties };
    const [finding] = eventFindings(new Map([[old.title, old]]), new Map([[old.title, now]]), owners, readers);
    expect(finding).toMatchObject({ severity: 'error', rule: 'event-breaks' });
    expect(finding!.affected.map(({ client, how }) => `${client} ${how}`).sort()).toEqual([
      'loyalty reads `total`',
      'notifications reads `total`',
    ]);
    // Nobody minds where nobody reads it.
    expect(eventFindings(new Map([[old.title, old]]), new Map([[old.title, now]]), owners)).toMatchObject([
      { severity: 'note', affected: [] },
    ]);
  });
});

it('a setting that is removed, required or has another default is told', () => {
  const page = (...rows: string[]) => ['| name |', '|---|', ...rows].join('\n');
  const found = settingFindings(
    page('| `OLD` | x | `1` | start | optional |', '| `LIMIT` | x | `1` | start | optional |'),
    page('| `LIMIT` | x | `2` | start | optional |', '| `KEY` | x | start | required |'),
    owners,
  );
  expect(found.map(({ severity, id, place }) => `${severity} ${id} ${place?.line}`)).toEqual([
    'error setting-removed:OLD 1',
    'warning setting-default-changed:LIMIT 3',
    'error setting-required:KEY 4',
  ]);
});

it('a field of a message that changes its number is told by buf, with its line', () => {
  const file = 'schema/proto/drburger/stores/v1/stores.proto';
  const now = workingTree(root);
  const texts = new Map(now.list('schema/proto').map((path) => [path, now.read(path) ?? '']));
  const before = treeOf('x', new Map(texts).set(file, texts.get(file)!.replace(' = 1;', ' = 99;')));
  const [found] = protoFindings(root, before, now, owners);
  expect(found).toMatchObject({ rule: 'proto-breaks', severity: 'error', place: { file } });
  expect(found?.place?.line).toBeGreaterThan(1);
  expect(protoFindings(root, now, now, owners)).toEqual([]);
});

it.each([
  [
    'a call',
    (text: string) =>
      text.replace(/service \w+ \{/, '$&\n  rpc Forgotten(Nothing) returns (Nothing);') + '\nmessage Nothing {}\n',
    'RPC_NO_DELETE',
  ],
  [
    'a service',
    (text: string) => `${text}\nmessage Nothing {}\nservice Forgotten { rpc Call(Nothing) returns (Nothing); }\n`,
    'PACKAGE_SERVICE_NO_DELETE',
  ],
  [
    'a number that another field takes',
    (text: string) => text.replace(/string (\w+) = 1;/, 'string other_$1 = 1;'),
    'FIELD_SAME_JSON_NAME',
  ],
])('what others call is missed: %s', (_what, old, rule) => {
  const file = 'schema/proto/drburger/stores/v1/stores.proto';
  const now = workingTree(root);
  const texts = new Map(now.list('schema/proto').map((path) => [path, now.read(path) ?? '']));
  const before = treeOf('x', new Map(texts).set(file, old(texts.get(file)!)));
  expect(protoFindings(root, before, now, owners).map(({ id }) => id)).toContainEqual(expect.stringContaining(rule));
});
