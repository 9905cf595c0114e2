import type { Locale, TileSourceQuery } from '#generated/bffs/kiosk/operations.ts';
import { priceText } from './priceText.ts';

type KioskPart = NonNullable<TileSourceQuery['kiosk']>;
type Menu = NonNullable<NonNullable<KioskPart['store']>['menu']>;

export interface Tile {
  readonly id: string;
  readonly item: { readonly __typename: 'MenuItem'; readonly id: string };
  readonly label: string;
  readonly priceText: string;
  readonly imageUrl: string | null;
  readonly available: boolean;
}

export interface TilePage {
  readonly category: { readonly __typename: 'MenuCategory'; readonly id: string };
  readonly number: number;
  readonly count: number;
  readonly tiles: readonly Tile[];
}

/** Cuts a menu into pages of tiles. Each category begins a new page, and the order of the menu stays. */
export function tilePages(menu: Menu, locale: Locale, pageSize: number): TilePage[] {
  return menu.sections.flatMap(({ category, entries }) => {
    const tiles = entries.edges.map(({ node }): Tile => ({
      id: node.id,
      item: { __typename: 'MenuItem', id: node.item.id },
      label: node.item.name,
      priceText: priceText(node.price, locale),
      imageUrl: node.item.image?.url ?? null,
      available: node.available,
    }));
    const count = Math.ceil(tiles.length / pageSize);
    return Array.from({ length: count }, (_, index): TilePage => ({
      category: { __typename: 'MenuCategory', id: category.id },
      number: index + 1,
      count,
      tiles: tiles.slice(index * pageSize, (index + 1) * pageSize),
    }));
  });
}
