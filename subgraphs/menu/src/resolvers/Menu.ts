import type { MenuResolvers, MenuSectionResolvers } from '#generated/menu/resolvers.ts';
import { pagedList, sortable, type Connection, type Page, type PagedList } from '#platform/subgraph/connection.ts';
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

type MenuKey = [number, number, string];
const menuList = pagedList('menu', [sortable.number, sortable.number, sortable.id]);
const sectionList = pagedList('section', [sortable.number, sortable.number, sortable.id], { usual: 50 });

function pageOf(entries: readonly Entry[], list: PagedList<MenuKey>, page: Page<MenuKey>): Connection<Entry> {
  const { after } = page;
  const rest = after ? entries.filter((entry) => compareKeys(menuKey(entry.item), after) > 0) : entries;
  return list.connection(rest.slice(0, page.limit + 1), page, (entry) => menuKey(entry.item));
}

export const Menu: MenuResolvers = {
  at: ({ at }) => at.toISOString(),
  sections: ({ entries }) => {
    const byCategory = new Map<Category, Entry[]>();
    for (const entry of entries)
      byCategory.set(entry.item.category, [...(byCategory.get(entry.item.category) ?? []), entry]);
    return [...byCategory].map(([category, own]) => ({ category, entries: own }));
  },
  entries: ({ entries }, args) => pageOf(entries, menuList, menuList.page(args)),
};

export const MenuSection: MenuSectionResolvers = {
  entries: ({ category, entries }, args) => pageOf(entries, sectionList, sectionList.page(args, category.id)),
};
