import { createHash } from 'node:crypto';
import type pg from 'pg';

/** What somebody asked for, recorded before anything happens. All values are ids and codes: nothing personal. */
export interface Asked {
  /** ISO 8601, UTC, with milliseconds. */
  readonly at: string;
  readonly domain: string;
  /** `<kind>:<subject>` of who acts. */
  readonly actor: string;
  readonly roles: readonly string[];
  readonly channel: string;
  /** Name of the mutation. */
  readonly action: string;
  /** Ids of what it is about, as the input names them. */
  readonly objects: readonly string[];
  /** Ids and codes of the input, by name. */
  readonly input: Readonly<Record<string, string>>;
  /** The trace id, under which events and log lines are found. */
  readonly trace: string;
}

/** What became of it. */
export interface Answered {
  readonly at: string;
  /** `seq` of what was asked. */
  readonly answers: number;
  /** Name of the answer's type, such as `PauseOrderingSuccess`; for an error its code. */
  readonly answer: string;
  /** Ids of what the answer names, such as of what was created. */
  readonly objects: readonly string[];
}

/** A row as it is stored and exported: with it alone anybody can compute the hash. */
export interface TrailRow {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
  /** JSON of an `Asked` or `Answered`. */
  readonly entry: string;
}

type Queryable = Pick<pg.Pool, 'query'>;

/** An entry that waits for the statement before it to end. */
interface Waiting {
  readonly entry: string;
  resolve(seq: number): void;
  reject(error: unknown): void;
}

/** The entries that wait, for each database to which a statement is on its way. */
const waiting = new WeakMap<Queryable, Waiting[]>();

/**
 * Appends an entry to the trail of a domain, and returns its number. Once this resolves, the entry is committed.
 *
 * All writers of a trail take turns, each until its commit is on the disk. So a process sends one statement at a time,
 * and what is to be appended meanwhile goes together with the next one: otherwise the disk would decide how much staff
 * can do in a second, and those who wait would hold the connections that everybody else needs.
 */
export function appendToTrail(db: Queryable, entry: Asked | Answered): Promise<number> {
  return new Promise((resolve, reject) => {
    const one = { entry: JSON.stringify(entry), resolve, reject };
    const others = waiting.get(db);
    if (others) others.push(one);
    else void appendInTurn(db, [one]);
  });
}

async function appendInTurn(db: Queryable, first: Waiting[]): Promise<void> {
  const next: Waiting[] = [];
  waiting.set(db, next);
  for (let together = first; together.length > 0; together = next.splice(0, mostTogether)) await append(db, together);
  waiting.delete(db);
}

const mostTogether = 100;

/** SQLSTATE classes of values that cannot be stored, and of constraints that are violated. */
const isOfOneEntry = (error: unknown): boolean => /^2[23]/.test((error as { code?: string }).code ?? '');

async function append(db: Queryable, together: readonly Waiting[]): Promise<void> {
  try {
    const { rows } = await db.query<{ seq: string }>('select platform.audit_append_all($1::text[]) as seq', [
      together.map(({ entry }) => entry),
    ]);
    together.forEach(({ resolve }, index) => resolve(Number(rows[index]!.seq)));
  } catch (error) {
    // One entry that the database refuses must not have the others refused: nothing of them was appended. After any
    // other failure they may have been, so nobody appends them again.
    if (together.length > 1 && isOfOneEntry(error)) for (const one of together) await append(db, [one]);
    else for (const { reject } of together) reject(error);
  }
}

/** The hash that a row must have: of the hash before it, its number and its entry, each on a line. */
export const hashOf = ({ previous, seq, entry }: Omit<TrailRow, 'hash'>): string =>
  createHash('sha256').update(`${previous}\n${seq}\n${entry}`).digest('hex');

/** Reads a trail in its order, a thousand rows at a time. */
export async function* readTrail(db: Queryable): AsyncGenerator<TrailRow> {
  for (let after = 0; ;) {
    const { rows } = await db.query<Omit<TrailRow, 'seq'> & { seq: string }>(
      'select seq, previous, hash, entry from platform.audit where seq > $1 order by seq limit 1000',
      [after],
    );
    for (const row of rows) yield { ...row, seq: (after = Number(row.seq)) };
    if (rows.length < 1_000) return;
  }
}

/** A row that somebody noted outside of the database: the trail must still have it. */
export type Anchor = Pick<TrailRow, 'seq' | 'hash'>;

export type Verdict =
  | { readonly kind: 'whole'; readonly rows: number; readonly head: Anchor | undefined }
  | { readonly kind: 'broken'; readonly seq: number; readonly why: string };

/**
 * Whether the chain of a trail holds. Rows that were cut off at its end are noticed by an anchor only, since what is
 * left is whole.
 * @returns the first row that is not as it was written, if there is one
 */
export async function verifyTrail(trail: AsyncIterable<TrailRow>, anchor?: Anchor): Promise<Verdict> {
  let head: Anchor = { seq: 0, hash: '' };
  const broken = (seq: number, why: string): Verdict => ({ kind: 'broken', seq, why });
  for await (const row of trail) {
    const { seq, previous, hash } = row;
    if (seq !== head.seq + 1) return broken(head.seq + 1, 'the row is missing');
    if (previous !== head.hash)
      return broken(seq, 'it does not follow the row before it: one of the two was exchanged');
    if (hash !== hashOf(row)) return broken(seq, 'its content is not what was written');
    if (anchor?.seq === seq && anchor.hash !== hash) return broken(seq, 'it is not the row that was noted');
    head = { seq, hash };
  }
  if (anchor && head.seq < anchor.seq) return broken(head.seq + 1, `rows up to ${anchor.seq} were cut off`);
  return { kind: 'whole', rows: head.seq, head: head.seq > 0 ? head : undefined };
}
