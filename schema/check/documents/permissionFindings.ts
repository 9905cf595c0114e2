import type { GraphQLSchema } from 'graphql';
import { placeIn } from '../../compose/compositionProblem.ts';
import type { Affected, Finding } from '../model/finding.ts';
import type { Repository } from '../model/repository.ts';
import { documentUses } from './documentUses.ts';
import { senderOf, type LiveDocument } from './liveDocument.ts';
import { guardedFields, mayAsk, type Rights } from './permissions.ts';

interface Channel {
  readonly name: string;
  /** The roles that may use the channel, `anonymous` among them if it answers callers without a token. */
  readonly roles: readonly string[];
}

/** Fields of documents that no role of the channel may ever be answered. */
export function notPermitted(
  channel: Channel,
  contract: GraphQLSchema,
  documents: readonly LiveDocument[],
  { guards, roles }: Rights,
  repository: Repository,
): Finding[] {
  const found = new Map<string, Affected[]>();
  for (const live of documents)
    for (const field of guardedFields(documentUses(contract, live.document), contract, guards))
      if (!channel.roles.some((role) => mayAsk(role, field, roles)))
        add(found, field.coordinate, live, 'selects it', field.node, repository);
  return [...found].map(([coordinate, affected]) => ({
    ...about('document-not-permitted', coordinate, channel.name, affected, repository),
    message: `\`${coordinate}\` is used by \`${channel.name}\`, none of whose roles (${channel.roles.join(', ')}) may ask for it`,
    why: 'Every answer to the document has an error there.',
    fix: `Give one of the roles a scope of its @auth in schema/scopes.ts, or take the field out of the document.`,
  }));
}

/** Fields of documents that a role could ask for before, and no longer can. */
export function withdrawn(
  channel: Channel,
  contract: { readonly before: GraphQLSchema; readonly after: GraphQLSchema },
  documents: readonly LiveDocument[],
  rights: { readonly before: Rights; readonly after: Rights },
  repository: Repository,
): Finding[] {
  const found = new Map<string, Affected[]>();
  for (const live of documents) {
    const uses = documentUses(contract.before, live.document);
    const old = new Map(
      guardedFields(uses, contract.before, rights.before.guards).map((field) => [field.coordinate, field]),
    );
    for (const field of guardedFields(uses, contract.after, rights.after.guards)) {
      const lost = channel.roles.filter(
        (role) =>
          mayAsk(role, old.get(field.coordinate) ?? { needs: [] }, rights.before.roles) &&
          !mayAsk(role, field, rights.after.roles),
      );
      if (lost.length > 0) add(found, field.coordinate, live, `reads it as ${lost.join(', ')}`, field.node, repository);
    }
  }
  return [...found].map(([coordinate, affected]) => ({
    ...about('permission-withdrawn', coordinate, channel.name, affected, repository),
    message: `\`${coordinate}\` asks for scopes that a role of \`${channel.name}\` has not`,
    why: 'The document stays valid, but these callers get an error instead of the field.',
    fix: 'Give the role one of the scopes in schema/scopes.ts, or leave @auth as it was until no registered document reads the field.',
  }));
}

function add(
  found: Map<string, Affected[]>,
  coordinate: string,
  live: LiveDocument,
  how: string,
  node: Parameters<typeof placeIn>[0],
  { owners }: Repository,
): void {
  const place = placeIn(node) ?? { file: live.file, line: 1, column: 1 };
  const affected = { ...senderOf(live, owners), place, severity: 'error' as const, how };
  found.set(coordinate, [...(found.get(coordinate) ?? []), affected]);
}

function about(
  rule: string,
  coordinate: string,
  channel: string,
  affected: readonly Affected[],
  { owners, coordinates }: Repository,
) {
  const place = coordinates.nearest(coordinate);
  return {
    id: `${rule}:${channel}/${coordinate}`,
    rule,
    severity: 'error' as const,
    subject: coordinate,
    place,
    owners: owners.of(place?.file),
    contracts: [channel],
    affected,
  };
}
