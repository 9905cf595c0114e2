import type { Exchanged } from '#platform/pii/exchangeKey.ts';
import { loadDefinitions } from './definitions.ts';
import { performOperation, type OperationParts } from './performOperation.ts';

/**
 * Has the running domains that seal something by a key of this person exchange it, one domain after the other.
 * @returns whether it was exchanged where there was one, and there was one somewhere
 */
export async function exchangeKeys(parts: OperationParts & { readonly owner: string }): Promise<boolean> {
  let failed = false;
  let found = false;
  for (const { definition } of await loadDefinitions()) {
    const { name, sealed } = definition;
    if (!sealed) continue;
    const done = (await performOperation(parts, name, {
      kind: 'exchangeKey',
      arguments: { owner: parts.owner },
    })) as Exchanged | undefined;
    failed ||= !done;
    found ||= done?.exchanged === true;
    if (done?.exchanged) parts.print(`${name}: the key is another one, and ${done.values} values are sealed by it`);
  }
  if (!failed && !found) parts.print('no domain has a key of this person: they are unknown, or erased');
  return found && !failed;
}
