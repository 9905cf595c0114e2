import type pg from 'pg';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { Watcher, Shown } from './watchers.ts';

/** Says which promise was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

function holds(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw new Violation(what());
}

/** An event that was committed to the log. */
export interface Logged {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly feed: string;
  readonly feedVersion: number;
  readonly status: string;
  readonly total: number;
}

export const logOf = async (pool: pg.Pool): Promise<Logged[]> =>
  (
    await pool.query<Logged>(
      `select event_id as id, stream, version, feed, feed_version as "feedVersion", data->>'to' as status, (data->>'total')::int as total
   from platform.event order by position`,
    )
  ).rows;

/** Checks that the versions of each key come as 1, 2, 3, … */
function contiguous(what: string, versions: Iterable<readonly [key: string, version: number]>): void {
  const last = new Map<string, number>();
  for (const [key, version] of versions) {
    const expected = (last.get(key) ?? 0) + 1;
    holds(version === expected, () => `${what}: ${key} goes from ${expected - 1} to ${version}`);
    last.set(key, version);
  }
}

/**
 * Checks promises 6 and 7 in the log: versions have no gap, all that was acknowledged is there, and nothing of what was
 * rolled back.
 */
export function checkLog(
  log: readonly Logged[],
  written: { readonly committed: ReadonlySet<string>; readonly rolledBack: ReadonlySet<string> },
): void {
  const ids = new Set(log.map(({ id }) => id));
  for (const id of written.committed) holds(ids.has(id), () => `event ${id} was acknowledged, and is not in the log`);
  for (const id of written.rolledBack) holds(!ids.has(id), () => `event ${id} was rolled back, and is in the log`);
  contiguous(
    'the log',
    log.map(({ stream, version }) => [stream, version]),
  );
  contiguous(
    'the log',
    log.map(({ feed, feedVersion }) => [feed, feedVersion]),
  );
}

/**
 * Checks promises 7 and 8 on the bus: it has what is in the log and nothing else, and the events of each aggregate are
 * in order when late duplicates are left out.
 */
export function checkBus(what: string, heard: readonly EventEnvelope[], log: readonly Logged[]): void {
  const logged = new Set(log.map(({ id }) => id));
  const seen = new Set<string>();
  const firsts = heard.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId));
  for (const { eventId } of firsts)
    holds(logged.has(eventId), () => `${what} has ${eventId}, which was never committed`);
  for (const { id, stream, version } of log)
    holds(seen.has(id), () => `${what} does not have version ${version} of ${stream}`);
  contiguous(
    what,
    firsts.map(({ metadata }) => [metadata.aggregateId, metadata.aggregateVersion]),
  );
}

/** Checks promise 8: each event has one effect, and the effects are in order. */
export async function checkEffects(pool: pg.Pool, log: readonly Logged[]): Promise<void> {
  const { rows } = await pool.query<{ id: string; stream: string; version: number }>(
    'select event_id as id, stream, version from effect order by position',
  );
  contiguous(
    'effects',
    rows.map(({ stream, version }) => [stream, version]),
  );
  holds(rows.length === log.length, () => `${log.length} events had ${rows.length} effects`);
  const { rows: parked } = await pool.query<{ consumer: string; reason: string }>(
    'select consumer, reason from platform.parked limit 1',
  );
  holds(parked.length === 0, () => `an event was parked by ${parked[0]!.consumer}: ${parked[0]!.reason}`);
}

/** Checks promise 9: the read model, as it is or rebuilt, has what follows from the log. */
export async function checkTally(what: string, pool: pg.Pool, log: readonly Logged[]): Promise<void> {
  const expected = new Map<string, { moves: number; total: number }>();
  for (const { feed, total } of log) {
    const before = expected.get(feed) ?? { moves: 0, total: 0 };
    expected.set(feed, { moves: before.moves + 1, total: before.total + total });
  }
  const { rows } = await pool.query<{ store: string; moves: number; total: number }>(
    'select store, moves, total::float8 as total from tally',
  );
  const found = new Map(rows.map(({ store, moves, total }) => [`store:${store}`, { moves, total }]));
  for (const [feed, { moves, total }] of expected) {
    holds(
      found.get(feed)?.moves === moves && found.get(feed)?.total === total,
      () => `${what} has ${JSON.stringify(found.get(feed))} of ${feed}, the log ${JSON.stringify({ moves, total })}`,
    );
  }
  holds(found.size === expected.size, () => `${what} has ${found.size} stores, the log ${expected.size}`);
}

/** Whether the client was shown the latest version of what it watches. */
export const isUpToDate = (watcher: Watcher, log: readonly Logged[]): boolean =>
  watcher.shown.at(-1)?.version === feedOf(watcher, log).length;

const feedOf = ({ options: { document, id } }: Watcher, log: readonly Logged[]): Logged[] =>
  log.filter(({ stream, feed }) => (document === 'board' ? feed === `store:${id}` : stream === `order:${id}`));

/** Reasons for a snapshot that no client may be given here: the limits are wide, and the history stays the same. */
const neverReasons = new Set(['lagged', 'epoch-changed', 'cursor-invalid']);

/**
 * Checks promise 10: the client was shown a snapshot, then each later version once and without a gap, each with what
 * was true at its version.
 */
export function checkShown(watcher: Watcher, log: readonly Logged[]): void {
  const {
    options: { name, document },
    shown,
    failure,
    resumes,
  } = watcher;
  holds(failure === undefined, () => `${name} was told ${failure}`);
  const events = feedOf(watcher, log);
  const totals = events.reduce<number[]>((sums, { total }) => [...sums, sums.at(-1)! + total], [0]);
  shown.forEach((message, at) => {
    const before = shown[at - 1]?.part === message.part ? shown[at - 1] : undefined;
    const said = () =>
      `${name}${resumes ? '' : ` (part ${message.part})`} was shown ${JSON.stringify(message)} after ${JSON.stringify(before)}`;
    follows(before, message, document === 'board', said);
    const { version, total, moves, status, readAt } = message.data as {
      version: number;
      total: number;
      moves?: number;
      status?: string;
      readAt?: number;
    };
    holds(version === message.version && version <= events.length, said);
    if (document === 'board')
      holds(moves === version && total === totals[version], () => `${said()}; the total was ${totals[version]}`);
    else
      holds(
        status === events[version - 1]!.status && total === events[version - 1]!.total,
        () => `${said()}; the event says ${events[version - 1]!.status} ${events[version - 1]!.total}`,
      );
    holds(readAt === undefined || readAt >= version, said);
  });
}

/** @param isWhole whether each message contains everything, so that one message may stand for several events */
function follows(
  before: Shown | undefined,
  { kind, version, reason }: Shown,
  isWhole: boolean,
  said: () => string,
): void {
  if (!before) return holds(kind === 'snapshot', said);
  if (kind === 'event') return holds(isWhole ? version > before.version : version === before.version + 1, said);
  holds(kind === 'resync' && version >= before.version && !neverReasons.has(reason ?? ''), said);
}
