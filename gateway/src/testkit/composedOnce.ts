import { print } from 'graphql';
import { composeChannel, type ComposedChannel } from '#schema/compose/composeChannel.ts';
import type { ContractRules } from '#schema/compose/filterToContract.ts';
import type { GraphSource } from '#schema/compose/graphSource.ts';

const composed = new Map<string, ComposedChannel>();

/** `composeChannel`, which takes 40 ms, done once in a process for the many tests that serve the same fixture. */
export function composedOnce(
  channel: ContractRules,
  sources: readonly GraphSource[],
  view?: GraphSource,
): ComposedChannel {
  const texts = [...sources, ...(view ? [view] : [])].map(({ name, url, document }) => [name, url, print(document)]);
  const key = JSON.stringify([channel.name, channel.tags, channel.routes, texts]);
  const known = composed.get(key);
  if (known) return known;
  const result = composeChannel(channel, sources, view);
  composed.set(key, result);
  return result;
}
