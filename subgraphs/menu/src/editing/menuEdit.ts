import type { Image, Texts } from '../catalogue.ts';

/** Which version of a thing whoever edits it has seen; null for an edit that holds whatever others did meanwhile. */
type Seen = number | null;

export interface CategoryFields {
  readonly name?: Texts;
  readonly position?: number;
  readonly retired?: true;
}

export interface SizeFields {
  readonly id: string;
  readonly name: Texts;
  readonly isDefault: boolean;
}

export interface SlotFields {
  readonly id: string;
  readonly name: Texts;
  readonly required: boolean;
  /** Ids of items, in the order in which to show them. */
  readonly choices: readonly string[];
}

/** What an item has besides prices. Sizes, groups and slots are told whole: what is missing is taken away. */
export interface ItemFields {
  readonly categoryId?: string;
  readonly position?: number;
  readonly name?: Texts;
  readonly description?: Texts;
  readonly taxClass?: 'FOOD' | 'BEVERAGE' | 'ALCOHOL';
  readonly allergens?: readonly string[];
  readonly kilocalories?: number;
  readonly sizes?: readonly SizeFields[];
  readonly groupIds?: readonly string[];
  readonly slots?: readonly SlotFields[];
  /** The variants of its picture, told whole; empty for an item without a picture. */
  readonly images?: readonly Image[];
  readonly removed?: true;
}

export interface ModifierFields {
  readonly id: string;
  readonly name: Texts;
  readonly maxQuantity: number;
  readonly allergens: readonly string[];
}

export interface GroupFields {
  readonly name?: Texts;
  readonly min?: number;
  readonly max?: number;
  /** Told whole: a modifier that is missing is sold no longer. */
  readonly modifiers?: readonly ModifierFields[];
  readonly retired?: true;
}

export interface PriceFields {
  /** The item, or the size, modifier or slot choice whose surcharge is set. */
  readonly subjectId: string;
  readonly country: string | null;
  /** Stores that get a price of their own; empty for a price of the country. */
  readonly storeIds: readonly string[];
  readonly amount: number;
  /** Null: from when the edit is made, or its draft is published. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

interface Of<Kind extends string, Fields> {
  readonly kind: Kind;
  readonly id: string;
  readonly fields: Fields;
}

/**
 * One edit of the menu, as JSON data: made at once, or kept in a draft. A new thing's id is chosen when the edit is
 * asked for, so that later edits of the same draft can name it.
 */
export type MenuEdit =
  | (Of<'CATEGORY', CategoryFields> & { readonly create: boolean; readonly seen: Seen })
  | (Of<'ITEM', ItemFields> & { readonly create: 'SIMPLE' | 'COMBO' | null; readonly seen: Seen })
  | (Of<'MODIFIER_GROUP', GroupFields> & { readonly create: boolean; readonly seen: Seen })
  | Of<'PRICE', PriceFields>;

/** Why an edit was not made. */
export type EditRefusal =
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'priceListNotFound' }
  /** Somebody else edited the thing since the version that was seen: these fields are different now. */
  | { readonly kind: 'changedMeanwhile'; readonly version: number; readonly fields: readonly string[] };

export const invalid = (field: string, message: string): EditRefusal => ({ kind: 'invalid', field, message });

/** The name under which the edits of a thing are remembered. */
export const subjectOf = (kind: MenuEdit['kind'], id: string): string => `${kind}:${id}`;
