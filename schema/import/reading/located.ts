/** A row of a file that was not checked yet, with its place in the file. */
export interface LocatedRow {
  readonly value: unknown;
  /** The place of a column, such as `line 14, column 5 (amount)`; without a column, the place of the row. */
  readonly at: (column?: string) => string;
}

/** Something that is wrong in a folder. */
export interface FolderProblem {
  readonly file: string;
  /** The place, such as `line 14, column 5 (amount)`; empty if the whole file is meant. */
  readonly at: string;
  /** Tells the person what to do about it. */
  readonly message: string;
}

/**
 * After so many mistakes a table is not read on: nobody reads more of them, and a million take minutes and more memory
 * than there is.
 */
export const mostProblems = 10_000;

export interface ReadTable {
  readonly file: string;
  readonly rows: readonly LocatedRow[];
  readonly problems: readonly FolderProblem[];
}
