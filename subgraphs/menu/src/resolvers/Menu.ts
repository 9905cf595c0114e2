import type { MenuResolvers, MenuSectionResolvers } from '#generated/menu/resolvers.ts';
import { pageArgs, toConnection, type Connection, type Page } from '#platform/subgraph/connection.ts';
import { compareKeys, menuKey, type Category } from '../catalogue.ts';
import type { Entry } from '../storeMenu.ts';

export interface MenuView {
  readonly at: Date;
  /** In the order of the menu. */
  readonly entries: readonly Entry[];
}

export interface SectionView {
  readonly category: Category;
  readonly entries: readonly Entry[];
}

function pageOf(entries: readonly Entry[], page: Page): Connection<Entry> {
  const { after } = page;
  const rest = after ? entries.filter((entry) => compareKeys(menuKey(entry.item), after) > 0) : entries;
  return toConnection(rest.slice(0, page.limit + 1), page, (entry) => menuKey(entry.item));
}

export const Menu: MenuResolvers = {
  at: ({ at }) => at.toISOString(),
  sections: ({ entries }) => {
    const byCategory = new Map<Category, Entry[]>();
    for (const entry of entries) byCategory.set(entry.item.category, [...(byCategory.get(entry.item.category) ?? []), entry]);
    return [...byCategory].map(([category, own]) => ({ category, entries: own }));
  },
  entries: ({ entries }, args) => pageOf(entries, pageArgs(args)),
};

export const MenuSection: MenuSectionResolvers = {
  entries: ({ entries }, args) => pageOf(entries, pageArgs(args, { default: 50 })),
};
