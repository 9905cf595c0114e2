import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { SealedRows } from '#platform/pii/sealedRows.ts';
import { sdlOf } from '#platform/subgraph/sdl.ts';

const domains = new URL('../subgraphs/', import.meta.url);
const events = new URL('events/json/', import.meta.url);

/** Columns and properties that have the name of a personal field and are none, each with the reason. */
const notPersonal = new Map([
  ['AccessRevocation.subject', 'the opaque id of an account, by which its tokens are refused'],
  ['CustomerAccessRevoked.subject', 'the opaque id of an account, by which its tokens are refused'],
  ['DeliveryStatusChanged.to', 'a status'],
  ['MarketplaceOrderChanged.to', 'a status'],
  ['OrderStatusChanged.to', 'a status'],
  ['customers.Revocation.subject', 'the opaque id of an account, by which its tokens are refused'],
  ['menu.PricedLine.subject', 'an item or a modifier'],
  ['stores.OrderingTerms.time_zone', 'that of the store'],
  ['partners.FindDocumentResponse.text', 'a document of GraphQL'],
  ['partners.RegisterRequest.text', 'a document of GraphQL'],
]);

/** Columns under a key that is of no person, each with when that is deleted. */
const keyOfItsOwn = new Map([['Delivery.dropoff', 'with the end of the delivery']]);

/** The names of the fields of a domain's types and inputs that have the directive `@pii`. */
function markedFields(domain: string): Set<string> {
  const names = parse(sdlOf(new URL(`${domain}/`, domains))).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
      ? (definition.fields ?? [])
          .filter((field) => field.directives?.some(({ name }) => name.value === 'pii'))
          .map((field) => field.name.value)
      : [],
  );
  return new Set(names);
}

/** The columns of a domain's tables; a column is marked by a comment over it that ends with `@pii`. */
function columnsOf(domain: string): { name: string; field: string; type: string; marked: boolean }[] {
  const columns = [];
  let model = '';
  let marked = false;
  for (const line of readFileSync(new URL(`${domain}/prisma/schema.prisma`, domains), 'utf8').split('\n')) {
    model = /^model (\w+)/.exec(line)?.[1] ?? model;
    const [, field, type] = /^ {2}(\w+) +(\S+)/.exec(line) ?? [];
    if (field && type) columns.push({ name: `${model}.${field}`, field, type, marked });
    marked = /^ {2}\/\/\/.*@pii$/.test(line) || (marked && /^ {2}\/\/\//.test(line));
  }
  return columns;
}

/** The names of all properties of a JSON schema, at any depth. */
function propertiesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(propertiesOf)];
}

const names = readdirSync(domains, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const allMarked = new Set(names.flatMap((domain) => [...markedFields(domain)]));

describe.each(names)('the personal data of %s', (domain) => {
  const columns = columnsOf(domain);
  const marked = columns.filter((column) => column.marked);

  it('are stored as sealed bytes', () => {
    expect(marked.filter(({ type }) => !/^Bytes\??$/.test(type)).map(({ name }) => name)).toEqual([]);
  });

  it('are sealed with a key that the domain can delete', () => {
    if (marked.length) expect(columns.filter(({ field }) => field.startsWith('wrapped'))).not.toEqual([]);
  });

  it('are sealed anew when a person is given another key, each where it is opened', async () => {
    const file = new URL(`${domain}/src/sealedRows.ts`, domains);
    if (!marked.length) return expect(existsSync(file)).toBe(false);
    const { sealedRows } = (await import(file.href)) as { sealedRows: SealedRows };
    const anew = sealedRows.tables.flatMap(({ place, columns }) =>
      Object.keys(columns).map((field) => `${place[0]!.toUpperCase()}${place.slice(1)}.${field}`),
    );
    expect(anew.sort()).toEqual(
      marked
        .map(({ name }) => name)
        .filter((name) => !keyOfItsOwn.has(name))
        .sort(),
    );
  });

  it('are marked in the tables when they are marked in the graph', () => {
    const fields = markedFields(domain);
    const forgotten = columns.filter((column) => fields.has(column.field) && !column.marked);
    expect(forgotten.map(({ name }) => name).filter((name) => !notPersonal.has(name))).toEqual([]);
  });
});

it('no event has a field that is marked as personal', () => {
  expect(allMarked).toContain('givenName');
  const found = readdirSync(events).flatMap((file) => {
    const event = file.replace('.schema.json', '');
    return propertiesOf(JSON.parse(readFileSync(new URL(file, events), 'utf8')))
      .filter((property) => allMarked.has(property))
      .map((property) => `${event}.${property}`);
  });
  expect(found.filter((name) => !notPersonal.has(name))).toEqual([]);
});

/** The fields of all messages between domains, with whether `debug_redact`, Protobuf's own mark, is on them. */
function protoFields(): { name: string; field: string; marked: boolean }[] {
  const folder = new URL('proto/drburger/', import.meta.url);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.proto'))
    .flatMap((file) => {
      const domain = file.split('/')[0]!;
      return [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)].flatMap(
        ([, message, body = '']) =>
          [...body.matchAll(/^ +(?:repeated |optional )?[\w.]+ (\w+) = \d+(.*);$/gm)].map(
            ([, field = '', options]) => ({
              name: `${domain}.${message}.${field}`,
              field: field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
              marked: options === ' [debug_redact = true]',
            }),
          ),
      );
    });
}

it('are marked in messages between domains, so that no text of a message shows them', () => {
  const fields = protoFields();
  expect(fields.filter(({ marked }) => marked).map(({ name }) => name)).toContain('customers.Doorstep.phone');
  const forgotten = fields.filter(({ field, marked }) => allMarked.has(field) && !marked).map(({ name }) => name);
  expect(forgotten.filter((name) => !notPersonal.has(name))).toEqual([]);
});
