import { Kind, parse, type GraphQLSchema } from 'graphql';
import { declaredBy, type DeclaredStream } from '../../compose/checkEventStreams.ts';
import { directivesOf } from '../../compose/typeIndex.ts';
import type { Tree } from '../against/tree.ts';
import { documentUses } from '../documents/documentUses.ts';
import { senderOf, type LiveDocument } from '../documents/liveDocument.ts';
import type { Affected, Finding } from '../model/finding.ts';
import type { Repository } from '../model/repository.ts';

/** A contract as it was, with the documents of its clients. */
interface HeardContract {
  readonly name: string;
  readonly before: GraphQLSchema | undefined;
  readonly documents: readonly LiveDocument[];
}

/** What a stream promises, and what a new promise means for who hears it. */
export function streamFindings(
  before: Tree,
  now: Tree,
  contracts: readonly HeardContract[],
  { owners, coordinates }: Repository,
): Finding[] {
  const present = streamsIn(now);
  return [...streamsIn(before)].flatMap(([coordinate, old]) => {
    const stream = present.get(coordinate);
    const changes = stream ? differences(old, stream) : [];
    const affected = changes.length > 0 ? contracts.flatMap((contract) => hearing(coordinate, contract, owners)) : [];
    if (affected.length === 0) return [];
    const place = coordinates.nearest(coordinate);
    return [
      {
        id: `stream-changed:${coordinate}`,
        rule: 'stream-changed',
        severity: 'warning',
        subject: coordinate,
        message: `\`${coordinate}\` ${changes.join(', and ')}`,
        why: 'The documents stay valid, but their clients were built for what the stream promised.',
        fix: 'Offer the other promise as a field of its own, or agree on it with those who hear this one.',
        place,
        owners: owners.of(place?.file),
        contracts: [...new Set(affected.map(({ channel }) => channel))],
        affected,
      },
    ];
  });
}

function hearing(coordinate: string, { before, documents }: HeardContract, owners: Repository['owners']): Affected[] {
  if (!before) return [];
  return documents.flatMap((live) => {
    const [selection] = documentUses(before, live.document).selections.get(coordinate) ?? [];
    if (!selection) return [];
    const place = { file: live.file, line: selection.node.loc?.startToken.line ?? 1, column: 1 };
    return [{ ...senderOf(live, owners), place, severity: 'warning', how: 'hears it' }];
  });
}

function differences(old: DeclaredStream, now: DeclaredStream): string[] {
  const [was, is] = [old.delivery ?? 'every', now.delivery ?? 'every'];
  const missing = (from: readonly string[], other: readonly string[]): string =>
    from.filter((each) => !other.includes(each)).join(', ');
  const silent = missing(old.events, now.events);
  const louder = missing(now.events, old.events);
  const ends = missing(now.endsWith ?? [], old.endsWith ?? []);
  const goesOn = missing(old.endsWith ?? [], now.endsWith ?? []);
  return [
    ...(was === is ? [] : [was === 'every' ? `sends not every event any more, but \`${is}\`` : `sends \`${is}\``]),
    ...(silent === '' ? [] : [`is no longer sent for ${silent}`]),
    ...(louder === '' ? [] : [`is sent for ${louder}, too`]),
    ...(ends === '' ? [] : [`ends after ${ends}`]),
    ...(goesOn === '' ? [] : [`goes on after ${goesOn}`]),
    ...(old.feed === now.feed ? [] : [`follows ${now.feed}, so that no cursor of ${old.feed} resumes it`]),
  ];
}

/** The declarations of all streams in a state, by coordinate. A text that does not parse is told by composition. */
function streamsIn(tree: Tree): Map<string, DeclaredStream> {
  const files = tree.list('subgraphs').filter((file) => /^[^/]+\/[^/]+\/schema\.graphql$/.test(file));
  return new Map(files.flatMap((file) => streamsOf(tree.read(file) ?? '')));
}

function streamsOf(text: string): (readonly [string, DeclaredStream])[] {
  try {
    return parse(text, { noLocation: true }).definitions.flatMap((each) => {
      const isObject = each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.OBJECT_TYPE_EXTENSION;
      if (!isObject || each.name.value !== 'Subscription') return [];
      return (each.fields ?? []).flatMap((field) => {
        const [directive] = directivesOf(field, 'eventStream');
        return directive ? [[`Subscription.${field.name.value}`, declaredBy(directive)] as const] : [];
      });
    });
  } catch {
    return [];
  }
}
