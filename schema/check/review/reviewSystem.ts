import { buildSchema, type GraphQLSchema } from 'graphql';
import { defaultLimits } from '#gateway/documents/limits.ts';
import { composeSystem, type ComposedSystem } from '../../compose/composeSystem.ts';
import { mergeBase, treeAt } from '../against/gitTree.ts';
import { workingTree, type Tree } from '../against/tree.ts';
import { contractFindings, type ContractUnderReview } from '../changes/contractFindings.ts';
import { documentFindings } from '../documents/documentFindings.ts';
import { documentsOf } from '../documents/liveDocument.ts';
import { Coordinates } from '../model/coordinates.ts';
import type { Finding, Review } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import { compositionFindings } from './compositionFindings.ts';

/** Everything that the parts of the check read. */
export interface Subject {
  readonly now: Tree;
  /** The state to compare with; undefined where there is none. */
  readonly before: Tree | undefined;
  readonly composed: ComposedSystem;
  readonly coordinates: Coordinates;
  readonly owners: Owners;
}

/**
 * Reviews the present state of the repository, compared with a commit.
 * @param against a git reference; by default where the branch left the main branch
 */
export async function reviewSystem(root: string, against: string | undefined): Promise<Review> {
  const gaps: string[] = [];
  const base = against ?? mergeBase(root);
  if (base === undefined)
    gaps.push('Nothing was compared: this is no git clone with a main branch. Name a commit by --against.');
  const before = base === undefined ? undefined : treeAt(root, base);
  const now = workingTree(root);
  const composed = await composeSystem();
  const owners = new Owners(now.read('CODEOWNERS') ?? '');
  const coordinates = new Coordinates([
    ...composed.sources,
    ...[...composed.views].map(([channel, { document }]) => ({ name: `view of ${channel}`, document })),
  ]);
  const subject: Subject = { now, before, composed, coordinates, owners };
  const contracts = contractsOf(subject);
  const findings: Finding[] = [
    ...compositionFindings(composed.problems, owners),
    ...documentsNow(subject),
    ...(await contractFindings(contracts, subject)),
  ];
  return {
    ...(before && { against: against === undefined ? `${before.name}, where the branch left main` : before.name }),
    findings,
    gaps,
    looked: {
      subgraphs: composed.sources.length,
      contracts: composed.channels.size,
      documents: composed.manifests.flatMap(({ name }) => documentsOf(name, now)).length,
    },
  };
}

const schemaOf = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValid: true, noLocation: true });

/** The contracts of channels that both states have, and that are not the same text in both. */
function contractsOf({ before, composed }: Subject): ContractUnderReview[] {
  if (!before) return [];
  return [...composed.channels].flatMap(([name, { contract }]) => {
    const old = before.read(`schema/channels/${name}.graphql`);
    if (old === undefined || old === contract) return [];
    return [{ name, before: schemaOf(old), after: schemaOf(contract), documents: documentsOf(name, before) }];
  });
}

function documentsNow({ now, composed, coordinates, owners }: Subject): Finding[] {
  return composed.manifests.flatMap((manifest) => {
    const { contract } = composed.channels.get(manifest.name) ?? {};
    if (contract === undefined) return [];
    const channel = {
      name: manifest.name,
      tags: manifest.tags,
      contract: schemaOf(contract),
      limits: { ...defaultLimits, ...manifest.limits },
    };
    return documentFindings(now, { channel, coordinates, owners });
  });
}
