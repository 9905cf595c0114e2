import type { SqlTx } from '#platform/events/sqlTx.ts';

/** Rows by table. What the tables are, the schema says; ids stand where a file has keys. */
export type Tables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[] | undefined>>;

/** What a domain finds wrong with a row beyond what the row's schema says. */
export interface RowProblem {
  readonly table: string;
  /** Counts from 0 in the rows of the table. */
  readonly row: number;
  readonly column?: string;
  /** What to do about it, for a person. */
  readonly message: string;
}

/** What became of the rows of a table. */
export interface Tally {
  readonly table: string;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Why some rows that differ from what there is were left alone, for a person. */
  readonly note?: string;
}

/** How a domain writes rows: batch by batch, each of which may be the last that is done before a crash. */
export interface TransferRun {
  /**
   * Whether all is undone in the end. It may take minutes, so it takes no lock that those who work meanwhile wait for;
   * whether another change comes in between does not matter to it.
   */
  readonly isRehearsal: boolean;
  /**
   * Runs `work` in a transaction, with its events. What is written twice must change nothing the second time. In a
   * rehearsal all batches share one transaction, which is undone at the end.
   * @param what for the progress that is shown, such as `prices of stores 1 to 100`
   */
  batch<T>(what: string, work: (tx: SqlTx) => Promise<T>): Promise<T>;
}

/** How much of a domain's data goes in and out as rows, for `import` and `export`. */
export interface Transfer<D> {
  /** Ids of what there is, by kind: rows of others may refer to it. */
  ids(domain: D): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Looks at rows before anything is written anywhere. */
  check(domain: D, tables: Tables): Promise<RowProblem[]>;
  /** Writes the rows that are of the domain. */
  write(domain: D, tables: Tables, run: TransferRun): Promise<Tally[]>;
  /** All that the domain has, as rows that `write` would find unchanged. */
  read(domain: D): Promise<Tables>;
}

/** Parts of at most `size`. */
export const inBatches = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
