import { readFileSync, readdirSync } from 'node:fs';
import { InMemoryCache } from '@apollo/client';
import { MatchersV3, PactV4 } from '@pact-foundation/pact';
import {
  buildASTSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  Kind,
  parse,
  print,
  typeFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { exampleVariables } from '#schema/seed/exampleVariables.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { upToThrice } from './upToThrice.ts';

const { boolean, eachLike, fromProviderState, integer, number, regex, string } = MatchersV3;

/** Whose token the app of a channel has; of staff that of who may see most. */
export const appRoles = {
  mobile: 'customer',
  web: 'customer',
  kiosk: 'kiosk',
  delivery: 'courier',
  partner: 'partner',
  staff: 'admin',
} as const;

/** Where an interaction begins. `nothing`: whoever asks is new, and what they ask about is not there. */
export const states = {
  seeded: 'the seeded chain',
  seededOfVendor: 'the seeded chain, of a vendor',
  nothing: 'nothing of what is asked about',
  nothingOfVendor: 'nothing of what a vendor asks about',
  ordered: 'an order of theirs',
} as const;

/** A query or mutation that the app of a channel sends. */
export interface AppOperation {
  /** Of the operation, with what becomes of it where it is there twice. */
  readonly name: string;
  readonly state: (typeof states)[keyof typeof states];
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
}

export interface ChannelApp {
  readonly channel: keyof typeof appRoles;
  readonly contract: string;
  readonly schema: GraphQLSchema;
  readonly operations: readonly AppOperation[];
}

/** An id of the right form that nothing has. */
const nowhere = '00000000-0000-7000-8000-000000000000';
/** Operations of the channel of partners that are for the people of vendors. */
const ofVendors = new Set(
  ['Accept', 'Decline', 'Fulfil'].map((what) => `${what}MarketplaceOrder`).concat('SetVendorItem', 'VendorScreen'),
);
/** Days that stay the same, so that the files do. */
const [someDay, someTime] = ['2026-03-02', '2026-03-02T12:00:00.000Z'];

export const documentsOf = (channel: string): readonly DocumentNode[] => {
  const folder = new URL(`../../bffs/${channel}/operations/`, import.meta.url);
  return readdirSync(folder).map((file) => parse(readFileSync(new URL(file, folder), 'utf8')));
};

/**
 * The app of a channel: the queries among its documents, on data of the seed; its mutations, each about nothing that
 * is there, so that nothing is changed for others; and the order that most of it is about, placed and called off.
 */
export function appOf(channel: keyof typeof appRoles): ChannelApp {
  const contract = contractOf(channel);
  const schema = buildASTSchema(parse(contract), { assumeValidSDL: true });
  const operations = documentsOf(channel).flatMap((document): readonly AppOperation[] => {
    const { operation: kind, name } = operationOf(document);
    const variables = exampleOf(document, schema, channel);
    const asked = { name: name!.value, document };
    const vendors = ofVendors.has(asked.name);
    if (kind === 'query') return [{ ...asked, state: vendors ? states.seededOfVendor : states.seeded, variables }];
    if (kind !== 'mutation') return [];
    const about = aboutNothing(document, schema, channel);
    const state = vendors ? states.nothingOfVendor : states.nothing;
    return [{ ...asked, state, variables: about }, ...doneOf({ ...asked, variables })];
  });
  const places = operations.some(({ name }) => name === 'PlaceOrder');
  return {
    channel,
    contract,
    schema,
    operations: operations.filter(({ state }) => state !== states.ordered || places),
  };
}

/** What is carried out for who places an order and calls it off. */
function doneOf({ name, document, variables }: Omit<AppOperation, 'state'>): readonly AppOperation[] {
  const done = { name: `${name}, carried out`, document };
  if (name === 'PlaceOrder') return [{ ...done, state: states.seeded, variables }];
  if (name !== 'CancelOrder') return [];
  return [{ ...done, state: states.ordered, variables: { orderId: fromProviderState('${orderId}', nowhere) } }];
}

export function exampleOf(document: DocumentNode, schema: GraphQLSchema, channel: string): Record<string, unknown> {
  const example = { ...defaultsOf(operationOf(document)), ...exampleVariables(document, schema) };
  return mapped(example, (value, key) => {
    if (key === 'idempotencyKey') return `pact-of-${channel}`;
    if (key === 'date') return someDay;
    return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? someTime : value;
  });
}

/** Variables about nothing that is there, and by which nothing is made: ids that nothing has, and empty texts. */
const aboutNothing = (document: DocumentNode, schema: GraphQLSchema, channel: string): Record<string, unknown> =>
  Object.fromEntries(
    (operationOf(document).variableDefinitions ?? []).map(({ variable, type }) => {
      const input = typeFromAST(schema, type as never) as GraphQLInputType;
      return [variable.name.value, nothingOf(variable.name.value, input, channel)];
    }),
  );

function nothingOf(name: string, type: GraphQLInputType, channel: string): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [nothingOf(name, bare.ofType as GraphQLInputType, channel)];
  if (isInputObjectType(bare))
    return Object.fromEntries(
      Object.values(bare.getFields())
        .filter((field) => isRequiredInputField(field))
        .map((field) => [field.name, nothingOf(field.name, field.type, channel)]),
    );
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (name === 'idempotencyKey') return `pact-of-${channel}`;
  const scalar = 'name' in bare ? bare.name : '';
  if (scalar === 'ID') return nowhere;
  if (scalar === 'DateTime') return someTime;
  if (scalar === 'Boolean') return true;
  return ['Int', 'Float', 'Long'].includes(scalar) ? 1 : name === 'date' ? someDay : '';
}

/** The same with each value as `change` has it; an element of a list by the name of the list. */
function mapped(of: Record<string, unknown>, change: (value: unknown, key: string) => unknown) {
  const walk = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== 'object' || value === null) return change(value, key);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, walk(part, name)]));
  };
  return walk(of, '') as Record<string, unknown>;
}

export const operationOf = (document: DocumentNode): OperationDefinitionNode =>
  document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)!;

/** The client sends what a document has for variables that nobody gives, too. */
const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

/** Whether there is something at a path such as `stores.edges.node.name` of what was found: in a list, in each. */
function isThereIn(found: unknown, path: string): boolean {
  const has = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
    if (Array.isArray(value))
      return value.length > 0 && value.every((each) => has(each, name === undefined ? [] : [name, ...rest]));
    if (value === null || value === undefined) return false;
    return name === undefined || has((value as Readonly<Record<string, unknown>>)[name], rest);
  };
  return has(found, path.split('.'));
}

/** The name of the type of what was found at a path; undefined in a list. */
function typeNameIn(found: unknown, path: string): unknown {
  const at = (value: unknown, name: string) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return at(path.split('.').reduce(at, found), '__typename');
}

/**
 * What an answer has to have: of what may be null, only what was found; of a union, the type that was found. `typed`:
 * whether the client asks for the type of everything.
 */
export function expectedOf(document: DocumentNode, schema: GraphQLSchema, found: unknown, typed = true): unknown {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  const fieldsOf = (set: SelectionSetNode, type: GraphQLObjectType): readonly FieldNode[] =>
    set.selections.flatMap((each) => {
      if (each.directives?.length) return [];
      if (each.kind === Kind.FIELD) return [each];
      const part = each.kind === Kind.FRAGMENT_SPREAD ? fragments.get(each.name.value)! : each;
      const on = part.typeCondition?.name.value ?? type.name;
      return on === type.name ? fieldsOf(part.selectionSet, type) : [];
    });
  const objectOf = (set: SelectionSetNode, type: GraphQLObjectType, path: string): Record<string, unknown> => {
    const parts: Record<string, unknown> = path === '' || !typed ? {} : { __typename: type.name };
    for (const field of fieldsOf(set, type)) {
      const key = (field.alias ?? field.name).value;
      const at = path === '' ? key : `${path}.${key}`;
      const of = type.getFields()[field.name.value]?.type;
      if (!of || !(isNonNullType(of) || isThereIn(found, at))) continue;
      const value = valueOf(of, field, at);
      // A second selection of the same field adds to the first.
      parts[key] = isPlain(parts[key]) && isPlain(value) ? { ...parts[key], ...value } : value;
    }
    return parts;
  };
  const valueOf = (type: GraphQLOutputType, { selectionSet }: FieldNode, path: string): unknown => {
    const bare = getNullableType(type);
    if (isListType(bare)) {
      const element = valueOf(bare.ofType as GraphQLOutputType, { selectionSet } as FieldNode, path);
      // It may have none just now.
      return { ...eachLike(element as never), min: 0 };
    }
    if (isObjectType(bare)) return objectOf(selectionSet!, bare, path);
    if (isAbstractType(bare)) {
      const member = schema.getType(String(typeNameIn(found, path)));
      return isObjectType(member) ? objectOf(selectionSet!, member, path) : { __typename: string('text') };
    }
    if (isEnumType(bare)) return string(bare.getValues()[0]!.name);
    return matcherOf('name' in bare ? bare.name : '');
  };
  const { operation, selectionSet } = operationOf(document);
  return { data: objectOf(selectionSet, schema.getRootType(operation)!, '') };
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !('pact:matcher:type' in value);

function matcherOf(scalar: string): unknown {
  if (scalar === 'Int') return integer(1);
  if (scalar === 'Float' || scalar === 'Long') return number(1);
  if (scalar === 'Boolean') return boolean(true);
  if (scalar === 'DateTime') return regex('\\d{4}-\\d\\d-\\d\\dT.+', '2026-03-01T12:00:00.000Z');
  return string('text');
}

/** The text that the client sends: it asks for the type of everything. */
export const textOf = (document: DocumentNode): string => print(new InMemoryCache().transformDocument(document));

export const pactOfApp = (channel: string): string => `${channel}-app-${channel}.json`;

/**
 * Has the app ask a mock for all that it asks for, by its real client, which writes its pact into `dir`. `found` has
 * what a system answered to each operation.
 */
export async function askMockOf(app: ChannelApp, dir: string, found: ReadonlyMap<string, unknown>) {
  const { channel, schema, contract, operations } = app;
  const pact = new PactV4({ consumer: `${channel}-app`, provider: channel, dir, logLevel: 'error' });
  const ask = async ({ name, state, document, variables }: AppOperation): Promise<unknown> => {
    let answer: unknown;
    await pact
      .addInteraction()
      .given(state)
      .uponReceiving(name)
      .withRequest('POST', '/graphql', (request) => {
        const operationName = operationOf(document).name!.value;
        const extensions = { clientLibrary: { name: '@apollo/client', version: string('4.0.0') } };
        request.jsonBody({ operationName, variables, extensions, query: textOf(document) } as never);
      })
      .willRespondWith(200, (response) => {
        response.jsonBody(expectedOf(document, schema, found.get(name)) as never);
      })
      .executeTest(async ({ url }) => {
        const client = new ChannelClient(`${url}/graphql`, contract);
        const sent = MatchersV3.reify(variables as never) as never;
        const isQuery = operationOf(document).operation === 'query';
        const { data, errors } = await client[isQuery ? 'query' : 'mutate'](document as never, sent);
        answer = errors[0] ?? data;
        await client.close();
      });
    return answer;
  };
  const answers: unknown[] = [];
  for (const operation of operations) answers.push(await upToThrice(() => ask(operation)));
  return answers;
}
