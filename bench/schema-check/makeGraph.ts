import { pathToFileURL } from 'node:url';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { treeOf, workingTree, type Tree } from '#schema/check/against/tree.ts';
import { Coordinates } from '#schema/check/model/coordinates.ts';
import { Owners } from '#schema/check/model/owners.ts';
import type { Subject } from '#schema/check/review/reviewSystem.ts';
import { composeChannel } from '#schema/compose/composeChannel.ts';
import { composeGraph } from '#schema/compose/composeGraph.ts';
import { graphSource, type GraphSource } from '#schema/compose/graphSource.ts';

export interface Size {
  readonly subgraphs: number;
  readonly types: number;
  readonly documents: number;
}

const channel = 'large';
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/**
 * A graph in the usual shape: each subgraph has entities, every tenth of which another subgraph extends and refers to,
 * types below them, a connection, an enum and a union. The present state has lost one field of the former.
 */
export function makeGraph(root: string, size: Size) {
  const perSubgraph = Math.round(size.types / size.subgraphs);
  // An entity has a value, and the entities share a connection.
  const entities = Math.floor((perSubgraph - 2) / 2);
  const sdls = (without: string): string[] =>
    upTo(size.subgraphs).map((n) => sdlOf(n, entities, size.subgraphs).replace(without, ''));
  const lost = '  amountOf0: Int! @tag(name: "large")\n';
  const documents = upTo(size.documents).map((n) => {
    const subgraph = n % size.subgraphs;
    const entity = Math.floor(n / size.subgraphs) % entities;
    return [`bffs/${channel}/operations/document${n}.graphql`, documentOf(n, subgraph, entity)] as const;
  });
  const affected = upTo(size.documents).filter(
    (n) => n % size.subgraphs === 0 && Math.floor(n / size.subgraphs) % entities === 0,
  ).length;
  const manifest: ChannelManifest = {
    name: channel,
    tags: [channel],
    directory: pathToFileURL(`${root}bffs/`),
    auth: { roles: ['customer'], anonymous: true },
  };
  const scopes = workingTree(root).read('schema/scopes.ts') ?? '';
  const treeWith = (name: string, texts: readonly string[], contract: string): Tree =>
    treeOf(
      name,
      new Map([
        ...documents,
        ...texts.map((text, n) => [`subgraphs/s${n}/schema.graphql`, text] as const),
        ['schema/scopes.ts', scopes] as const,
        [`schema/channels/${channel}.graphql`, contract] as const,
      ]),
    );
  const sourcesOf = (texts: readonly string[]): GraphSource[] =>
    texts.map((text, n) => graphSource(`s${n}`, `http://localhost/${n}`, text, `subgraphs/s${n}/schema.graphql`));
  const before = sdls('nothing is lost');
  const { contract: old } = composeChannel(manifest, sourcesOf(before));

  return {
    /** The finding that the check has to come to, and of how many documents. */
    finding: 'field-removed:E0x0.amountOf0',
    affected,
    /** Composes the full graph and the contract, as the check does. */
    subject: (): Subject => {
      const now = sdls(lost);
      const sources = sourcesOf(now);
      const supergraph = composeGraph('the full graph', sources);
      const composed = composeChannel(manifest, sources);
      return {
        root,
        now: treeWith('now', now, composed.contract),
        before: treeWith('before', before, old),
        composed: {
          sources,
          manifests: [manifest],
          views: new Map(),
          supergraph,
          channels: new Map([[channel, composed]]),
          problems: [],
        },
        coordinates: new Coordinates(sources),
        owners: new Owners('* @everybody'),
      };
    },
  };
}

const tag = '@tag(name: "large")';

function sdlOf(n: number, entities: number, subgraphs: number): string {
  const other = (n + 1) % subgraphs;
  const types = upTo(entities).map((e) => {
    const next = (e + 1) % entities;
    return `type E${n}x${e} @key(fields: "id") ${tag} {
  id: ID! ${tag}
  name: String! ${tag}
${e === 0 ? `  amountOf${n}: Int! ${tag}\n` : ''}  state: State${n} ${tag}
  value: V${n}x${e} ${tag}
  next: E${n}x${next} ${tag}
  ${e % 10 === 0 && subgraphs > 1 ? `other: E${other}x${e} ${tag}` : ''}
}
type V${n}x${e} ${tag} { amount: Int! ${tag} currency: String! ${tag} }`;
  });
  // What the neighbour before this one knows of our entities, and we of the next one's.
  const stubs =
    subgraphs > 1
      ? upTo(entities)
          .filter((e) => e % 10 === 0)
          .map((e) => `type E${other}x${e} @key(fields: "id") { id: ID! from${n}: String ${tag} }`)
      : [];
  return `type Query {
${upTo(entities)
  .map((e) => `  e${n}x${e}(id: ID!): E${n}x${e} @anyone ${tag}`)
  .join('\n')}
  found${n}(first: Int!): Connection${n} @anyone @listSize(slicingArguments: ["first"], sizedFields: ["nodes"]) ${tag}
  any${n}: Any${n} @anyone ${tag}
}
enum State${n} { NEW DONE }
union Any${n} = E${n}x0 | E${n}x1
type Connection${n} ${tag} { nodes: [E${n}x0!]! @listSize(assumedSize: 20) ${tag} }
${types.join('\n')}
${stubs.join('\n')}
`;
}

const documentOf = (n: number, subgraph: number, entity: number): string => `query Document${n}($id: ID!) {
  e${subgraph}x${entity}(id: $id) {
    id name state ${entity === 0 ? `amountOf${subgraph}` : ''}
    value { amount currency }
    next { id name value { amount } next { name state } }
  }
}
`;
