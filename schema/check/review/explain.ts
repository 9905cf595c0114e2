import { Kind, buildSchema, print, type GraphQLSchema } from 'graphql';
import { StartupError } from '#platform/config/startupError.ts';
import { documentUses } from '../documents/documentUses.ts';
import { documentsOf, routeClient, type LiveDocument } from '../documents/liveDocument.ts';
import type { Subject } from './reviewSystem.ts';

/**
 * Where a coordinate comes from, which contracts hold it, which `@requires` need it, and who uses it and would break
 * without it.
 * @throws StartupError if no subgraph declares it
 */
export function explain(coordinate: string, { composed, coordinates, owners, now }: Subject): string {
  const declared = coordinates.of(coordinate);
  if (declared.length === 0)
    throw new StartupError(`no subgraph declares ${coordinate}: write Type, Type.field or Enum.VALUE.`);
  const contracts = [...composed.channels].map(([name, { contract }]) => ({ name, schema: schemaOf(contract) }));
  const holding = contracts.filter(({ schema }) => holds(schema, coordinate));
  const users = contracts.flatMap(({ name, schema }) =>
    documentsOf(name, now)
      .filter(({ document }) => isUsed(documentUses(schema, document), coordinate))
      .map((live) => `  ${name}  ${live.name}${buildOf(live)}  ${live.file}  ${owners.of(live.file).join(' ')}`),
  );
  const [type = '', field = ''] = coordinate.split('.');
  const requiring = [...coordinates.names()].flatMap((name) =>
    coordinates
      .of(name)
      .filter(
        ({ directives }) =>
          name.startsWith(`${type}.`) &&
          directives.some((each) => each.name.value === 'requires' && new RegExp(`\\b${field}\\b`).test(print(each))),
      )
      .map(({ source, place }) => `  ${name} of ${source}  ${place.file}:${place.line}`),
  );
  const section = (title: string, lines: readonly string[], none: string): string[] =>
    lines.length > 0 ? [title, ...lines] : [none];
  return [
    coordinate,
    ...declared.map(({ source, place }) => `  declared by ${source}  ${place.file}:${place.line}:${place.column}`),
    ...section(
      'contracts that hold it:',
      holding.map(({ name }) => `  ${name}`),
      'no channel shows it.',
    ),
    ...section('@requires that need it:', requiring, 'no @requires needs it.'),
    ...section(
      'documents that use it, all of which would break without it:',
      users,
      'no registered document uses it: its removal breaks none.',
    ),
    '',
  ].join('\n');
}

/** Whose build sends the document, unless it is one of the channel's own. */
const buildOf = ({ client, version, channel }: LiveDocument): string =>
  client === channel || client === routeClient ? '' : ` of ${client}@${version}`;

const schemaOf = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValid: true });

function holds(schema: GraphQLSchema, coordinate: string): boolean {
  const [name = '', member] = coordinate.replace(/\(.*$/, '').split('.');
  const type = schema.getType(name);
  if (!type || member === undefined) return type !== undefined;
  if (type.astNode?.kind === Kind.ENUM_TYPE_DEFINITION && 'getValue' in type)
    return type.getValue(member) !== undefined;
  return 'getFields' in type && member in type.getFields();
}

function isUsed(uses: ReturnType<typeof documentUses>, coordinate: string): boolean {
  const [, field = '', argument] = /^(.*)\((\w+):\)$/.exec(coordinate) ?? [];
  if (argument !== undefined) return uses.selections.get(field)?.some(({ given }) => given.has(argument)) ?? false;
  const [type = ''] = coordinate.split('.');
  return (
    uses.selections.has(coordinate) ||
    uses.enumLiterals.has(coordinate) ||
    (coordinate.includes('.') ? uses.variableTypes.has(type) : uses.types.has(type))
  );
}
