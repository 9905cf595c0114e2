/** Columns of a table that are sealed by the key of the person to whom the row belongs. */
export interface SealedTable {
  readonly table: string;
  /** The name by which `SealedPlace.field` begins. */
  readonly place: string;
  /** The column of the primary key, and that of the person's id. */
  readonly row: string;
  readonly owner: string;
  /** The columns, by the name that they have in `SealedPlace.field`. */
  readonly columns: Readonly<Record<string, string>>;
}

/** All that a domain seals by the key of one person: what has to be sealed anew when that key is exchanged. */
export interface SealedRows {
  /** The table with the wrapped keys, and its columns. */
  readonly keys: { readonly table: string; readonly owner: string; readonly wrapped: string };
  /** The row that whoever seals something for the person holds locked meanwhile, by the person's id. */
  readonly lock: { readonly table: string; readonly owner: string };
  readonly tables: readonly SealedTable[];
}
