import { Kind, Source, parse, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { documentId, normalise } from '#gateway/documents/trustedDocuments.ts';
import { isExecuted, readRelease, releasesFolder } from '#gateway/documents/release.ts';
import { nameOfRoute, routeOf } from '#gateway/rest/route.ts';
import { TextWithin } from '../../compose/compositionProblem.ts';
import type { Tree } from '../against/tree.ts';
import type { Affected } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import { readRegistered, registeredFile } from './registeredDocuments.ts';

/** A registered document of a channel: one that builds of its clients send. */
export interface LiveDocument {
  readonly channel: string;
  readonly client: string;
  readonly version: string;
  readonly name: string;
  readonly file: string;
  readonly document: DocumentNode;
  /** The hash by which a client sends it; see `normalise`. */
  readonly id: string;
  /** The day from which it is not answered any more; undefined for one that stays. */
  readonly sunset?: Date;
  /** Of one that others than the working tree have: how it ends, so that a change it stands against can be made. */
  readonly end?: string;
}

/** The channel that serves routes, and their folder. */
export const restChannel = 'rest';
/** Who sends a route’s document. */
export const routeClient = 'REST';
export const restFolder = 'rest';

/** The folders of a channel's own documents; REST has routes, which are documents too. */
export const documentFolders = (channel: string): string[] => [
  `bffs/${channel}/operations`,
  ...(channel === restChannel ? [restFolder] : []),
];

/**
 * The documents of a channel in one state: its own, and those of the releases of its clients. A text that does not
 * parse is left out.
 */
export const documentsOf = (channel: string, tree: Tree, now = new Date()): LiveDocument[] => [
  ...ownDocuments(channel, tree),
  ...releasedDocuments(channel, tree, now),
];

/** A document of others than the working tree, and where it is: each release is one file. */
export interface ReleasedDocument extends LiveDocument {
  readonly text: string;
  readonly end: string;
}

/** The documents, executed now or later, of releases and of those who registered theirs at the running system. */
export const releasedDocuments = (channel: string, tree: Tree, now = new Date()): ReleasedDocument[] => [
  ...documentsOfReleases(channel, tree, now),
  ...registeredDocuments(channel, tree, now),
];

function registeredDocuments(channel: string, tree: Tree, now: Date): ReleasedDocument[] {
  const file = registeredFile(channel);
  const registered = tree.read(file);
  if (registered === undefined) return [];
  return readRegistered(registered, file).documents.flatMap(({ partner, app, version, name, text, sunset }) => {
    const past = sunset !== undefined && new Date(sunset) <= now;
    const document = past ? undefined : parsed(new TextWithin(text, { file, content: registered }));
    if (!document) return [];
    const client = `${partner}, ${app}`;
    return [
      {
        ...{ channel, client, version: String(version), name, file, document, text },
        id: documentId(normalise(document)),
        end: `agree with ${partner} on a version without it, and on the sunset of this one ("partner retire")`,
        ...(sunset !== undefined && { sunset: new Date(sunset) }),
      },
    ];
  });
}

function documentsOfReleases(channel: string, tree: Tree, now: Date): ReleasedDocument[] {
  return tree
    .list(`bffs/${channel}/${releasesFolder}`)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const content = tree.read(file) ?? '';
      const release = readRelease(content, file);
      if (release.status !== 'pending' && !isExecuted(release, now)) return [];
      const { client, version, sunset } = release;
      return release.documents.flatMap(({ name, text }) => {
        const document = parsed(new TextWithin(text, { file, content }));
        if (!document) return [];
        const id = documentId(normalise(document));
        const end = `retire ${client}@${version} first ("documents retire"), and wait for its sunset`;
        const ends = sunset === undefined ? {} : { sunset: new Date(sunset) };
        return [{ channel, client, version, name, file, document, text, id, end, ...ends }];
      });
    });
}

/** The documents of a channel's folders. */
export function ownDocuments(channel: string, tree: Tree): LiveDocument[] {
  return documentFolders(channel)
    .flatMap((folder) => tree.list(folder))
    .filter((file) => file.endsWith('.graphql'))
    .flatMap((file) => {
      if (file.startsWith(`${restFolder}/`)) return routesIn(file, tree);
      const document = parsed(new Source(tree.read(file) ?? '', file));
      const operation = document?.definitions.find(
        (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
      );
      if (!document || !operation?.name) return [];
      const id = documentId(normalise(document));
      return [{ channel, client: channel, version: tree.name, name: operation.name.value, file, document, id }];
    });
}

/**
 * A route as a document: clients do not send its text but its address, by which findings name it, and which stays the
 * same whatever the document says.
 */
function routesIn(file: string, tree: Tree): LiveDocument[] {
  try {
    const route = routeOf(new Source(tree.read(file) ?? '', file), file.slice(restFolder.length + 1));
    const name = nameOfRoute(route);
    return [
      {
        ...{
          channel: restChannel,
          client: routeClient,
          version: tree.name,
          name,
          file,
          document: route.document,
          id: name,
        },
        ...(route.lifecycle && { sunset: route.lifecycle.sunset }),
      },
    ];
  } catch {
    return [];
  }
}

function parsed(source: Source): DocumentNode | undefined {
  try {
    return parse(source);
  } catch {
    return undefined;
  }
}

/** Who sends the document, for a finding that hits it. */
export const senderOf = (live: LiveDocument, owners: Owners): Omit<Affected, 'place' | 'severity' | 'how'> => ({
  channel: live.channel,
  client: live.client,
  version: live.version,
  document: live.name,
  owners: owners.of(live.file),
});
