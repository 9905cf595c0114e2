import { readFileSync, readdirSync } from 'node:fs';
import { InMemoryCache } from '@apollo/client';
import { MatchersV3, PactV4 } from '@pact-foundation/pact';
import {
  buildASTSchema,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { exampleVariables } from '#schema/seed/exampleVariables.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { upToThrice } from './upToThrice.ts';

const { boolean, eachLike, integer, number, regex, string } = MatchersV3;

/** Whose token the app of a channel has; of staff that of who may see most. */
export const appRoles = {
  mobile: 'customer',
  web: 'customer',
  kiosk: 'kiosk',
  delivery: 'courier',
  partner: 'partner',
  staff: 'admin',
} as const;

/** A query that the app of a channel sends, with variables of the seed. */
export interface AppQuery {
  readonly name: string;
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
}

export interface ChannelApp {
  readonly channel: keyof typeof appRoles;
  readonly contract: string;
  readonly schema: GraphQLSchema;
  readonly queries: readonly AppQuery[];
}

/** The app of a channel: the queries among its documents. What changes something, or streams, is for other tests. */
export function appOf(channel: keyof typeof appRoles): ChannelApp {
  const contract = contractOf(channel);
  const schema = buildASTSchema(parse(contract), { assumeValidSDL: true });
  const folder = new URL(`../../bffs/${channel}/operations/`, import.meta.url);
  const documents = readdirSync(folder).map((file) => parse(readFileSync(new URL(file, folder), 'utf8')));
  const queries = documents.flatMap((document) => {
    const operation = operationOf(document);
    if (operation.operation !== 'query') return [];
    const variables = { ...defaultsOf(operation), ...exampleVariables(document, schema) };
    // A day that stays the same, so that the file does.
    if ('date' in variables) variables['date'] = '2026-03-02';
    return [{ name: operation.name!.value, document, variables }];
  });
  return { channel, contract, schema, queries };
}

const operationOf = (document: DocumentNode): OperationDefinitionNode =>
  document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)!;

/** The client sends what a document has for variables that nobody gives, too. */
const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

/** Whether there is something at this place of an answer, such as `stores.edges.node.name`, in data of the seed. */
export type IsThere = (path: string) => boolean;

/** Whether there is something at a path of what was found, in every element of a list. */
export function isThereIn(found: unknown): IsThere {
  const has = (value: unknown, path: readonly string[]): boolean => {
    if (Array.isArray(value)) return value.length > 0 && value.every((each) => has(each, path));
    if (value === null || value === undefined) return false;
    const [name, ...rest] = path;
    return name === undefined || has((value as Readonly<Record<string, unknown>>)[name], rest);
  };
  return (path) => has(found, path.split('.'));
}

/** What an answer has to have: of what may be null, only what there is. */
export function expectedOf({ document }: AppQuery, schema: GraphQLSchema, isThere: IsThere): unknown {
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
    const parts: Record<string, unknown> = path === '' ? {} : { __typename: type.name };
    for (const field of fieldsOf(set, type)) {
      const key = (field.alias ?? field.name).value;
      const at = path === '' ? key : `${path}.${key}`;
      const of = type.getFields()[field.name.value]?.type;
      if (!of || !(isNonNullType(of) || isThere(at))) continue;
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
    if (isEnumType(bare)) return string(bare.getValues()[0]!.name);
    return matcherOf('name' in bare ? bare.name : '');
  };
  const root = schema.getQueryType()!;
  return { data: objectOf(operationOf(document).selectionSet, root, '') };
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !('pact:matcher:type' in value);

function matcherOf(scalar: string): unknown {
  if (scalar === 'Int') return integer(1);
  if (scalar === 'Float' || scalar === 'Long') return number(1);
  if (scalar === 'Boolean') return boolean(true);
  if (scalar === 'DateTime') return regex('\\d{4}-\\d\\d-\\d\\dT.+', '2026-03-01T12:00:00.000Z');
  if (['String', 'ID'].includes(scalar)) return string('text');
  // An interface or a union: which of its types it is depends on the data.
  return { __typename: string('text') };
}

/** The text that the client sends: it asks for the type of everything. */
export const textOf = ({ document }: AppQuery): string => print(new InMemoryCache().transformDocument(document));

export const pactOfApp = (channel: string): string => `${channel}-app-${channel}.json`;

/** Has the app ask a mock for all that it asks for, by its real client, which writes its pact into `dir`. */
export async function askMockOf(app: ChannelApp, dir: string, isThere: (query: string) => IsThere) {
  const { channel, schema, contract, queries } = app;
  const pact = new PactV4({ consumer: `${channel}-app`, provider: channel, dir, logLevel: 'error' });
  const ask = async (query: AppQuery): Promise<unknown> => {
    let answer: unknown;
    await pact
      .addInteraction()
      .given('the seeded chain')
      .uponReceiving(query.name)
      .withRequest('POST', '/graphql', (request) => {
        const { name: operationName, variables } = query;
        const extensions = { clientLibrary: { name: '@apollo/client', version: string('4.0.0') } };
        request.jsonBody({ operationName, variables, extensions, query: textOf(query) } as never);
      })
      .willRespondWith(200, (response) => {
        response.jsonBody(expectedOf(query, schema, isThere(query.name)) as never);
      })
      .executeTest(async ({ url }) => {
        const client = new ChannelClient(`${url}/graphql`, contract);
        const { data, errors } = await client.query(query.document as never, query.variables as never);
        answer = errors[0] ?? data;
        await client.close();
      });
    return answer;
  };
  const answers: unknown[] = [];
  for (const query of queries) answers.push(await upToThrice(() => ask(query)));
  return answers;
}
