import { Kind, parse } from 'graphql';
import { composeContract } from './composeGraph.ts';
import { CompositionFailed, at, type CompositionProblem } from './compositionProblem.ts';
import { filterToContract, type ContractRules } from './filterToContract.ts';
import type { GraphSource } from './graphSource.ts';
import { directivesOf, indexTypes } from './typeIndex.ts';

export interface ComposedChannel {
  /**
   * The supergraph for the gateway. Types and fields outside the contract are kept for joins, and marked
   * `@inaccessible`.
   */
  readonly supergraph: string;
  /**
   * The SDL that clients of the channel see. It is the same text as long as the contract is the same, whatever else
   * changes.
   */
  readonly contract: string;
}

/** Merges subgraphs, of which everything that clients must not see is marked `@inaccessible`. */
export type Merge = (graph: string, sources: readonly GraphSource[]) => ComposedChannel;

/**
 * @param merge composition, unless an answer that is not checked will do
 * @throws CompositionFailed if the contract does not hold together
 */
export function composeChannel(
  channel: ContractRules,
  sources: readonly GraphSource[],
  view?: GraphSource,
  merge: Merge = composeContract,
): ComposedChannel {
  const filtered = filterToContract(channel, sources, view);
  if (filtered.problems.length > 0) throw new CompositionFailed(`the contract of ${channel.name}`, filtered.problems);
  const merged = merge(`the contract of ${channel.name}`, filtered.sources);
  const problems = streamsWithoutQuery(channel.name, merged.contract, sources);
  if (problems.length > 0) throw new CompositionFailed(`the contract of ${channel.name}`, problems);
  return merged;
}

/** A stream is answered by a Query field, which must therefore be in the contract as well. */
function streamsWithoutQuery(channel: string, contract: string, sources: readonly GraphSource[]): CompositionProblem[] {
  const seen = indexTypes([{ name: channel, url: '', document: parse(contract) }]);
  const declared = indexTypes(sources).get('Subscription')?.fields;
  return [...(seen.get('Subscription')?.fields.keys() ?? [])].flatMap((name) => {
    const node = declared?.get(name)?.nodes[0];
    const argument =
      node && directivesOf(node, 'eventStream')[0]?.arguments?.find((each) => each.name.value === 'query');
    const query = argument?.value.kind === Kind.STRING ? argument.value.value : undefined;
    if (query === undefined || seen.get('Query')?.fields.has(query)) return [];
    return [
      {
        ...at(node, channel),
        subject: `stream-without-query:Subscription.${name}`,
        message: `Subscription.${name} is in the contract of ${channel}, but Query.${query}, which answers it, is not. Give both the same tags.`,
      },
    ];
  });
}
