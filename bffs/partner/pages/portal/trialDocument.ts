import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';

/** A document that tries one field, and variables for it: to be changed by whoever tries. */
export interface TrialDocument {
  readonly field: string;
  readonly description: string;
  readonly text: string;
  readonly variables: string;
}

/** How deep a trial looks for something to ask for. */
const deepest = 4;
/** How many fields of one type it asks for. */
const most = 5;

/** A document for each field of Query in a contract. */
export function trialDocuments(sdl: string): readonly TrialDocument[] {
  const query = buildASTSchema(parse(sdl), { assumeValidSDL: true }).getQueryType();
  return Object.values(query?.getFields() ?? {}).map((field) => {
    const required = field.args.filter((argument) => isRequiredArgument(argument) || argument.name === 'first');
    const given = required.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
    const passed = required.map(({ name }) => `${name}: $${name}`).join(', ');
    const operation = `Try${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`;
    return {
      field: field.name,
      description: field.description ?? '',
      text: `query ${operation}${given && `(${given})`} {\n  ${field.name}${passed && `(${passed})`}${selectionOf(field, 1)}\n}\n`,
      variables: JSON.stringify(Object.fromEntries(required.map(({ name, type }) => [name, exampleOf(name, type)]))),
    };
  });
}

function selectionOf(field: GraphQLField<unknown, unknown>, depth: number): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return '';
  if (!isObjectType(type)) return ' { __typename }';
  const indent = '  '.repeat(depth + 1);
  const lines = fieldsOf(type, depth).map((each) => `${indent}${each.name}${selectionOf(each, depth + 1)}`);
  return ` {\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

/** What can be asked for without arguments: the values, and of a page its elements. */
function fieldsOf(type: GraphQLObjectType, depth: number): readonly GraphQLField<unknown, unknown>[] {
  const open = Object.values(type.getFields()).filter((each) => !each.args.some(isRequiredArgument));
  const page = open.filter(({ name }) => ['edges', 'node'].includes(name));
  if (page.length > 0) return page;
  const leaves = open.filter((each) => isLeafType(getNamedType(each.type)) && !each.deprecationReason);
  if (leaves.length > 0 || depth >= deepest) return leaves.slice(0, most);
  return open.slice(0, 1);
}

function exampleOf(name: string, type: GraphQLInputType): unknown {
  if (name === 'first') return 2;
  const named = getNamedType(type);
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, exampleOf(field.name, field.type)]),
    );
  if (isEnumType(named)) return named.getValues()[0]?.name;
  if (name === 'latitude') return 52.52;
  if (name === 'longitude') return 13.4;
  if (named.name === 'Int' || named.name === 'Float') return 1;
  if (named.name === 'Boolean') return true;
  return '';
}
