/** A row of a file, not checked yet, and where a person finds it. */
export interface LocatedRow {
  readonly value: unknown;
  /** Such as `line 14, column 5 (amount)`; of the row itself without a column. */
  readonly at: (column?: string) => string;
}

/** Something wrong with what a folder holds. */
export interface FolderProblem {
  readonly file: string;
  /** Such as `line 14, column 5 (amount)`; empty for a whole file. */
  readonly at: string;
  /** What to do about it. */
  readonly message: string;
}

export interface ReadTable {
  readonly file: string;
  readonly rows: readonly LocatedRow[];
  readonly problems: readonly FolderProblem[];
}
