import { StartupError } from '#platform/config/startupError.ts';
import { runWithTrace, newTraceparent, traceOfRequest } from '#platform/telemetry/trace.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Domain } from '#platform/domain/domain.ts';
import type { Tally, Transfer, TransferRun } from '#platform/transfer/transfer.ts';
import type { ImportRows, TableName } from '#schema/import/tables.ts';
import { checkRows, eachOnce, type CheckedFolder } from '#schema/import/reading/checkRows.ts';
import type { FolderProblem } from '#schema/import/reading/located.ts';
import type { ReadFolder } from '#schema/import/reading/readFolder.ts';

/** An opened domain that rows can be imported into. */
export interface TransferDomain {
  readonly domain: Domain;
  readonly transfer: Transfer<Domain>;
}

export interface ImportOptions {
  readonly read: ReadFolder;
  readonly domains: readonly TransferDomain[];
  /** Whether to undo everything that was written, so that only the report says what would change. */
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
}

export type ImportOutcome =
  | { readonly kind: 'done'; readonly tallies: readonly Tally[] }
  /** Something is wrong in the folder, and nothing was written. */
  | { readonly kind: 'refused'; readonly problems: readonly FolderProblem[] };

/** How long a transaction may take: the catalogue of a large chain is imported in one. */
const timeoutMs = 300_000;

/** Key of an advisory lock of the first domain's database: the process that holds it imports until it ends or dies. */
const importLock = 7_003;

/**
 * Checks the whole folder, and only then writes: if anything is wrong, no domain has changed.
 * @throws StartupError when another import is under way
 */
export async function importFolder(options: ImportOptions): Promise<ImportOutcome> {
  const session = await options.domains[0]!.domain.pool.connect();
  try {
    const { rows } = await session.query<{ mine: boolean }>(`select pg_try_advisory_lock(${importLock}) as mine`);
    if (!rows[0]!.mine)
      throw new StartupError('another import is under way on these databases: call again when it has ended.');
    return await importAlone(options).finally(() => session.query(`select pg_advisory_unlock(${importLock})`));
  } finally {
    session.release();
  }
}

async function importAlone({ read, domains, dryRun, print }: ImportOptions): Promise<ImportOutcome> {
  const count = [...read.tables.values()].reduce((sum, { rows }) => sum + rows.length, 0);
  print(`read ${count.toLocaleString('en')} rows of ${read.tables.size} tables`);
  const known = await knownIds(domains);
  const checked = checkRows(read, known);
  const { rows } = checked;
  const found = [...read.problems, ...checked.problems];
  const problems = found.length > 0 ? found : await domainProblems(domains, checked);
  if (problems.length > 0) return { kind: 'refused', problems };
  print('checked them: nothing is wrong');
  let tallies: Tally[] = [];
  const trace = traceOfRequest(newTraceparent(), 'service:import');
  for (const each of domains)
    tallies = tallies.concat(await runWithTrace(trace, () => write(each, rows, { dryRun, print })));
  return { kind: 'done', tallies };
}

async function knownIds(domains: readonly TransferDomain[]): Promise<Record<string, string[]>> {
  const known: Record<string, string[]> = {};
  for (const { domain, transfer } of domains)
    for (const [kind, ids] of Object.entries(await transfer.ids(domain)))
      known[kind] = [...(known[kind] ?? []), ...ids];
  return known;
}

async function domainProblems(
  domains: readonly TransferDomain[],
  { rows, placeOf }: CheckedFolder,
): Promise<FolderProblem[]> {
  const found = await Promise.all(domains.map(({ domain, transfer }) => transfer.check(domain, rows)));
  return eachOnce(
    found.flat().map(({ table, row, column, message }) => ({ ...placeOf(table as TableName, row, column), message })),
  );
}

class Rehearsed extends Error {}

async function write(
  { domain, transfer }: TransferDomain,
  rows: ImportRows,
  { dryRun, print }: Pick<ImportOptions, 'dryRun' | 'print'>,
): Promise<Tally[]> {
  const tell = (what: string, began: number): void =>
    print(`${domain.name}: ${what} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  if (!dryRun) {
    const run: TransferRun = {
      isRehearsal: false,
      async batch(what, work) {
        const began = performance.now();
        const result = await domain.transaction((tx) => work(tx as SqlTx), { timeoutMs });
        tell(what, began);
        return result;
      },
    };
    return transfer.write(domain, rows, run);
  }
  // Events are numbered under locks, for which all others who tell of the same things would wait until the end.
  const events = { ...domain.events, append: () => Promise.resolve([]), appendAll: () => Promise.resolve([]) };
  const untold: Domain = { ...domain, events };
  let tallies: Tally[] = [];
  const rehearsal = domain.transaction(
    async (tx) => {
      tallies = await transfer.write(untold, rows, { isRehearsal: true, batch: (_what, work) => work(tx as SqlTx) });
      throw new Rehearsed();
    },
    { retries: 0, timeoutMs },
  );
  await rehearsal.catch((error: unknown) => {
    if (!(error instanceof Rehearsed)) throw error;
  });
  return tallies;
}
