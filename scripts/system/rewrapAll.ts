import { StartupError } from '#platform/config/startupError.ts';
import type { Rewrapped } from '#platform/pii/rewrapKeys.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { performOperation, type OperationParts } from './performOperation.ts';
import { serviceParts } from './settingCatalogue.ts';

/**
 * Has the running domains that keep personal data wrap their keys by the first master key, one domain after the other.
 * @returns whether the first master key is now enough
 */
export async function rewrapAll(parts: OperationParts & { readonly only?: string | undefined }): Promise<boolean> {
  const withKeys = (await serviceParts())
    .filter(({ secrets }) => secrets.some(({ name }) => name === 'PII_MASTER_KEYS'))
    .map(({ name }) => name)
    .filter((name) => subgraphs.some((each) => each.name === name));
  const chosen = withKeys.filter((name) => parts.only === undefined || name === parts.only);
  if (!chosen.length) throw new StartupError(`name a domain that has such keys: ${withKeys.join(', ')}.`);
  let enough = true;
  for (const domain of chosen) {
    const done = (await performOperation(parts, domain, { kind: 'rewrap', arguments: {} })) as Rewrapped | undefined;
    if (!done) enough = false;
    else {
      parts.print(`${domain}: ${done.rewrapped} keys are wrapped anew`);
      if (done.unreadable)
        parts.print(`${domain}: ${done.unreadable} keys were wrapped by a master key that is not set`);
      enough &&= done.unreadable === 0;
    }
  }
  return enough;
}
