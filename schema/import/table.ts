import type { z } from 'zod';

/** What rows may refer to. */
export type Kind =
  | 'country'
  | 'taxRegime'
  | 'store'
  | 'courier'
  | 'category'
  | 'modifierGroup'
  | 'modifier'
  | 'item'
  | 'size'
  | 'slot'
  | 'choice'
  | 'ingredient';

/** A column whose value names a thing of a kind, or of the kind that another column says. */
export type Reference = Kind | { readonly by: string };

/** One table of an import: `<name>.csv` or `<name>.json` in its folder. */
export interface Table<Row extends z.ZodObject = z.ZodObject> {
  /** For people. */
  readonly about: string;
  readonly row: Row;
  /** The columns that together name a row: two that agree in all of them are one too many. */
  readonly identity: readonly string[];
  /** What a row makes known by its `key` (of a country: by its code). */
  readonly kind?: Kind;
  readonly refs?: Readonly<Record<string, Reference>>;
  /**
   * Columns in which a row may name several: it is then as many rows. A column of stores may also say `*`, for every
   * store of the folder.
   */
  readonly each?: readonly string[];
  /** A column with a part for each value of another one, such as `amounts.DE`: the row is then as many rows. */
  readonly spread?: Spread;
}

export interface Spread {
  /** The column that is spread. */
  readonly column: string;
  /** The column that gets the name of the part, and the one that gets what stands in it. */
  readonly into: { readonly name: string; readonly value: string };
  readonly about: string;
}

export const table = <Row extends z.ZodObject>(definition: Table<Row>): Table<Row> => definition;
