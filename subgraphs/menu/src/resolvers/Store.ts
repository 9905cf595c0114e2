import type { StoreResolvers } from '#generated/menu/resolvers.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { filterEntries } from '../menuFilter.ts';
import { entriesOf } from '../storeMenu.ts';
import { decodeSyncCursor } from '../syncCursor.ts';

/** What menu knows of a store: its id. Whether the store exists is for the stores subgraph to say. */
export interface StoreStub {
  readonly id: string;
}

const maxText = 100;
const maxChanges = 100;

export const Store: StoreResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  menu: async ({ id }, { at, filter }, { domain, loaders }) => {
    if (charactersIn(filter?.text ?? '') > maxText)
      throw new CodedError('BAD_USER_INPUT', `\`filter.text\` may have at most ${maxText} characters.`);
    const store = await loaders.storeMenu.load(id);
    if (!store) return null;
    const instant = at ? new Date(at) : domain.clock();
    return { at: instant, entries: filterEntries(entriesOf(store, instant), filter ?? {}) };
  },
  menuChanges: ({ id }, { since, first }, { loaders }) => {
    const limit = first ?? 50;
    if (limit < 1 || limit > maxChanges)
      throw new CodedError('BAD_USER_INPUT', `\`first\` must lie between 1 and ${maxChanges}.`);
    return loaders.changes.load({ storeId: id, since: since ? decodeSyncCursor(since) : undefined, limit });
  },
};
