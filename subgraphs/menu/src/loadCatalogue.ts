import type { SqlTx } from '#platform/events/sqlTx.ts';
import {
  catalogueOf,
  type Catalogue,
  type Category,
  type Image,
  type Item,
  type Modifier,
  type ModifierGroup,
  type Size,
  type Slot,
  type SlotChoice,
  type Texts,
} from './catalogue.ts';
import type { MenuDomain } from './context.ts';
import type { PriceWindow } from './prices.ts';

interface ItemRow {
  readonly id: string;
  readonly category_id: string;
  readonly kind: Item['kind'];
  readonly position: number;
  readonly tax_class: Item['taxClass'];
  readonly name: Texts;
  readonly description: Texts;
  readonly allergens: string[];
  readonly kilocalories: number | null;
  readonly version: number;
  readonly removed_at: string | null;
  readonly images: Image[] | null;
  readonly sizes: Size[] | null;
  readonly group_ids: string[] | null;
  readonly slots:
    { id: string; name: Texts; required: boolean; choices: { id: string; itemId: string }[] | null }[] | null;
}

interface Stored {
  readonly version: number;
  readonly categories: Category[] | null;
  readonly groups: (Omit<ModifierGroup, 'modifiers'> & { readonly modifiers: Modifier[] | null })[] | null;
  readonly gone_sizes: Size[] | null;
  readonly gone_modifiers: Modifier[] | null;
  readonly items: ItemRow[] | null;
  readonly price_lists:
    | {
        id: string;
        country: string;
        currency: string;
        exponent: number;
        prices: ({ subject: string } & PriceWindow)[] | null;
      }[]
    | null;
}

/** SQL that turns a row of the table `price`, named `p`, into JSON with the fields of `PriceWindow`. */
export const priceWindowJson = `json_build_object('subject', p.subject_id, 'amount', p.amount,
  'from', (extract(epoch FROM p.valid_from) * 1000)::bigint, 'until', (extract(epoch FROM p.valid_until) * 1000)::bigint)`;

const modifierJson = `json_build_object('id', m.id, 'name', m.name, 'maxQuantity', m.max_quantity, 'allergens', m.allergens)`;
const sizeJson = `json_build_object('id', s.id, 'name', s.name, 'isDefault', s.is_default)`;

/**
 * Everything is read by one statement, and so in one snapshot: the content belongs to the version that is read with
 * it.
 */
const statement = `
  SELECT (SELECT catalogue FROM menu_version) AS version,
    (SELECT json_agg(json_build_object('id', c.id, 'position', c.position, 'name', c.name, 'version', c.version, 'retired', c.retired_at IS NOT NULL))
      FROM category c) AS categories,
    (SELECT json_agg(json_build_object('id', g.id, 'name', g.name, 'min', g.min, 'max', g.max, 'version', g.version, 'retired', g.retired_at IS NOT NULL,
        'modifiers', (SELECT json_agg(${modifierJson} ORDER BY m.position) FROM modifier m WHERE m.group_id = g.id AND m.removed_at IS NULL)))
      FROM modifier_group g) AS groups,
    (SELECT json_agg(${modifierJson}) FROM modifier m WHERE m.removed_at IS NOT NULL) AS gone_modifiers,
    (SELECT json_agg(${sizeJson}) FROM item_size s WHERE s.removed_at IS NOT NULL) AS gone_sizes,
    (SELECT json_agg(to_jsonb(i) || jsonb_build_object(
        'images', (SELECT jsonb_agg(jsonb_build_object('size', v.size, 'path', v.path, 'width', v.width, 'height', v.height, 'bytes', v.bytes) ORDER BY v.width)
          FROM item_image v WHERE v.item_id = i.id),
        'sizes', (SELECT json_agg(${sizeJson} ORDER BY s.position) FROM item_size s WHERE s.item_id = i.id AND s.removed_at IS NULL),
        'group_ids', (SELECT jsonb_agg(g.group_id ORDER BY g.position) FROM item_modifier_group g WHERE g.item_id = i.id),
        'slots', (SELECT jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'required', s.required, 'choices',
            (SELECT jsonb_agg(jsonb_build_object('id', c.id, 'itemId', c.item_id) ORDER BY c.position) FROM slot_choice c WHERE c.slot_id = s.id)
          ) ORDER BY s.position) FROM combo_slot s WHERE s.combo_id = i.id)
      )) FROM menu_item i) AS items,
    (SELECT json_agg(json_build_object('id', l.id, 'country', l.country, 'currency', l.currency, 'exponent', l.exponent, 'prices', (
        SELECT json_agg(${priceWindowJson} ORDER BY p.id) FROM price p WHERE p.price_list_id = l.id AND p.store_id IS NULL))) FROM price_list l) AS price_lists`;

/** Groups price windows by the id of what they are a price for. */
export function pricesBySubject(
  rows: readonly ({ readonly subject: string } & PriceWindow)[],
): Map<string, PriceWindow[]> {
  const bySubject = new Map<string, PriceWindow[]>();
  for (const { subject, amount, from, until } of rows) {
    const windows = bySubject.get(subject);
    if (windows) windows.push({ amount, from, until });
    else bySubject.set(subject, [{ amount, from, until }]);
  }
  return bySubject;
}

interface Building {
  readonly item: Item;
  readonly slots: Slot[];
}

function itemsOf(stored: Stored, groups: ReadonlyMap<string, ModifierGroup>): Item[] {
  const categories = new Map((stored.categories ?? []).map((category) => [category.id, category]));
  const building = new Map(
    (stored.items ?? []).map((row): [string, Building] => {
      const slots: Slot[] = [];
      const item: Item = {
        id: row.id,
        kind: row.kind,
        position: row.position,
        taxClass: row.tax_class,
        name: row.name,
        description: row.description,
        allergens: row.allergens,
        kilocalories: row.kilocalories,
        removed: row.removed_at !== null,
        version: row.version,
        category: categories.get(row.category_id)!,
        images: row.images ?? [],
        sizes: row.sizes ?? [],
        groups: (row.group_ids ?? []).map((id) => groups.get(id)!),
        slots,
      };
      return [row.id, { item, slots }];
    }),
  );
  // Slots refer to items, so they are filled after all items have been created.
  for (const row of stored.items ?? []) {
    for (const { id, name, required, choices } of row.slots ?? []) {
      const filled = (choices ?? []).map((choice): SlotChoice => ({
        id: choice.id,
        item: building.get(choice.itemId)!.item,
      }));
      building.get(row.id)!.slots.push({ id, name, required, choices: filled });
    }
  }
  return [...building.values()].map(({ item }) => item);
}

/**
 * Loads the catalogue as this transaction sees it, its own uncommitted changes included. Do not keep the result after
 * the transaction: it may be rolled back.
 */
export async function loadCatalogue(sql: SqlTx): Promise<Catalogue> {
  const [stored] = await sql.$queryRawUnsafe<Stored[]>(statement);
  const groups = (stored!.groups ?? []).map((group) => ({ ...group, modifiers: group.modifiers ?? [] }));
  return catalogueOf({
    version: stored!.version,
    categories: stored!.categories ?? [],
    groups,
    items: itemsOf(stored!, new Map(groups.map((group) => [group.id, group]))),
    gone: { sizes: stored!.gone_sizes ?? [], modifiers: stored!.gone_modifiers ?? [] },
    priceLists: (stored!.price_lists ?? []).map((list) => ({ ...list, prices: pricesBySubject(list.prices ?? []) })),
  });
}

const held = new WeakMap<MenuDomain, Promise<Catalogue>>();

/**
 * The catalogue at `version` or a later one. Every process keeps one in memory and loads it again when it learns of a
 * later version, so that a menu usually costs one statement. Callers read the version from the database in the same
 * request, so nobody sees an outdated price.
 * @param sql the connection for loading it if need be: the caller's transaction, so that no second connection is
 * taken
 */
export async function catalogueAt(domain: MenuDomain, version: number, sql: SqlTx): Promise<Catalogue> {
  for (;;) {
    const current = held.get(domain);
    const known = await current?.catch(() => undefined);
    if (known && known.version >= version) return known;
    // The first caller loads the catalogue; all others wait for that load.
    if (held.get(domain) === current) held.set(domain, loadCatalogue(sql));
    const loaded = await held.get(domain)!;
    if (loaded.version >= version) return loaded;
  }
}
