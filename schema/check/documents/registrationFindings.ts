import type { ASTNode, GraphQLSchema } from 'graphql';
import { placeIn } from '../../compose/compositionProblem.ts';
import type { Affected, Finding } from '../model/finding.ts';
import type { Repository } from '../model/repository.ts';
import { documentUses, type DocumentUses } from './documentUses.ts';
import { routeClient, senderOf, type LiveDocument } from './liveDocument.ts';

/** Documents that builds of clients send and that the channel no longer knows: removed, or changed in their text. */
export function removedDocuments(
  before: readonly LiveDocument[],
  now: readonly LiveDocument[],
  { owners }: Repository,
  today = new Date(),
): Finding[] {
  const ids = new Set(now.map(({ id }) => id));
  const names = new Map(now.map((live) => [live.name, live]));
  return before
    .filter(({ id, sunset }) => !ids.has(id) && !(sunset && sunset <= today))
    .map((live) => {
      if (live.client === routeClient) return removedRoute(live, owners);
      const successor = names.get(live.name);
      const place = { file: successor?.file ?? live.file, line: 1, column: 1 };
      const build = live.client === live.channel ? '' : ` of ${live.client}@${live.version}`;
      const subject = `${live.channel}/${live.name}${build}`;
      return {
        id: `document-removed:${subject}`,
        rule: 'document-removed',
        severity: 'warning',
        subject,
        message: `the document \`${live.name}\` of \`${live.channel}\` ${successor ? 'has another text' : 'is removed'}`,
        why: 'Builds that have the old text send its hash, which the channel will not know: DOCUMENT_NOT_FOUND.',
        fix: 'Record what those builds send ("documents publish" and "documents activate", before the change), or release the channel and its client together.',
        place,
        owners: owners.of(place.file),
        contracts: [live.channel],
        affected: [{ ...senderOf(live, owners), place, severity: 'warning', how: 'is no longer registered' }],
      };
    });
}

/** Whoever calls a route is built on its address: nothing takes its place, whatever is released together. */
function removedRoute(live: LiveDocument, owners: Repository['owners']): Finding {
  const place = { file: live.file, line: 1, column: 1 };
  const end = live.sunset ? `its sunset, ${live.sunset.toISOString().slice(0, 10)}` : 'a sunset';
  return {
    id: `route-removed:${live.name}`,
    rule: 'route-removed',
    severity: 'error',
    subject: live.name,
    message: `the route \`${live.name}\` is removed before ${end}`,
    why: 'Whoever calls it is answered with 404.',
    fix: 'Keep it, and give its @rest `deprecated`, `sunset` and `successor`; remove it once the sunset is past.',
    place,
    owners: owners.of(place.file),
    contracts: [live.channel],
    affected: [{ ...senderOf(live, owners), place, severity: 'error', how: 'is no longer served' }],
  };
}

/** What is deprecated and still used, by whom. */
export function deprecatedUses(
  contracts: readonly { readonly contract: GraphQLSchema; readonly documents: readonly LiveDocument[] }[],
  { owners, coordinates }: Repository,
): Finding[] {
  const found = new Map<string, { reason: string; affected: Affected[] }>();
  for (const { contract, documents } of contracts) {
    for (const live of documents) {
      const used = usedCoordinates(documentUses(contract, live.document));
      for (const [coordinate, node] of used) {
        const reason = deprecationOf(contract, coordinate);
        if (reason === undefined) continue;
        const entry = found.get(coordinate) ?? { reason, affected: [] };
        const place = placeIn(node) ?? { file: live.file, line: 1, column: 1 };
        entry.affected.push({ ...senderOf(live, owners), place, severity: 'warning', how: 'uses it' });
        found.set(coordinate, entry);
      }
    }
  }
  return [...found].map(([coordinate, { reason, affected }]) => {
    const place = coordinates.nearest(coordinate);
    return {
      id: `deprecated-used:${coordinate}`,
      rule: 'deprecated-used',
      severity: 'warning',
      subject: coordinate,
      message: `\`${coordinate}\` is deprecated and still used`,
      why: 'It cannot be removed before these clients are released without it.',
      fix: reason,
      place,
      owners: owners.of(place?.file),
      contracts: [...new Set(affected.map(({ channel }) => channel))],
      affected,
    };
  });
}

/** What a document names itself, with the first place of each. What its variables carry cannot be told from here. */
function usedCoordinates({ selections, enumLiterals, inputLiterals }: DocumentUses): Map<string, ASTNode> {
  const used = new Map<string, ASTNode>();
  const add = (coordinate: string, node: ASTNode) => void (used.has(coordinate) || used.set(coordinate, node));
  for (const [field, found] of selections)
    for (const { node, given } of found) {
      add(field, node);
      for (const [argument, value] of given) add(`${field}(${argument}:)`, value);
    }
  for (const [type, found] of inputLiterals)
    for (const { fields } of found) for (const field of fields) add(`${type}.${field.name.value}`, field);
  for (const [value, node] of enumLiterals) add(value, node);
  return used;
}

function deprecationOf(schema: GraphQLSchema, coordinate: string): string | undefined {
  const [, typeName = '', member = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = schema.getType(typeName);
  if (!type) return undefined;
  if ('getValue' in type) return type.getValue(member)?.deprecationReason ?? undefined;
  const field = 'getFields' in type ? type.getFields()[member] : undefined;
  if (argument === undefined) return field?.deprecationReason ?? undefined;
  const given = field && 'args' in field ? field.args.find(({ name }) => name === argument) : undefined;
  return given?.deprecationReason ?? undefined;
}
