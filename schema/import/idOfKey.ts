import { isId } from '#platform/domain/id.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Kind } from './table.ts';

/** What `seedId` calls the kinds; so that a folder whose keys are the seed's slugs means the seeded things. */
const seedKinds: Partial<Record<Kind, string>> = { item: 'menuItem', choice: 'slotChoice' };

/**
 * The id of the thing that a row names: the key itself where it is an id, else one that follows from kind and key, the
 * same on every machine and in every domain. Countries are known by their codes.
 */
export const idOfKey = (kind: Kind, key: string): string =>
  kind === 'country' || kind === 'taxRegime' || isId(key) ? key : seedId(seedKinds[kind] ?? kind, key);
