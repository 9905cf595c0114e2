import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { makeChain } from '../../../bench/import/makeChain.ts';
import { exportFolder } from './exportFolder.ts';
import { domainsOf, type ImportOfTest } from './fixtures/importProcess.ts';
import { importFolder, type ImportOutcome, type TransferDomain } from './importFolder.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';

const chain = { stores: 300, items: 30, ingredients: 10, ownPrices: false };
const program = fileURLToPath(new URL('fixtures/importProcess.ts', import.meta.url));
const configuration = {
  PII_MASTER_KEYS: Buffer.alloc(32, 1).toString('base64'),
  PII_INDEX_KEY: Buffer.alloc(32, 2).toString('base64'),
};
const closing: TransferDomain[] = [];
afterEach(() => Promise.all(closing.splice(0).map(({ domain }) => domain.pool.end())));

async function begin(): Promise<{ job: ImportOfTest; domains: TransferDomain[] }> {
  const names = ['stores', 'menu', 'inventory', 'delivery'];
  const urls = Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await testDatabase(name)).url])));
  const folder = temporaryFolder('chain');
  makeChain({ ...chain, folder });
  const job = { folder, urls: urls as Record<string, string>, configuration };
  const domains = await domainsOf(job);
  closing.push(...domains);
  return { job, domains };
}

const run = ({ folder }: ImportOfTest, domains: readonly TransferDomain[], print = (_line: string) => {}) =>
  importFolder({ read: readFolder(folder), domains, dryRun: false, print });

/** Kills the importing process with SIGKILL as soon as it has told of so many steps, while it writes the next one. */
async function killedAfter(steps: number, job: ImportOfTest): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, IMPORT_OF_TEST: JSON.stringify(job) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/^(stores|menu|inventory): .* s\)$/.test(line) && (told += 1) === steps) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal], 'it was killed before it was done').toEqual([null, 'SIGKILL']);
}

const unchanged = (outcome: ImportOutcome): boolean =>
  outcome.kind === 'done' && outcome.tallies.every(({ created, changed }) => created + changed === 0);

it.each([1, 3])('is killed after %i steps, begun again, and has done everything once', async (steps) => {
  const { job, domains } = await begin();
  await killedAfter(steps, job);
  const [stores] = domains;
  const before = await stores!.domain.pool.query('select 1 from store');
  expect(before.rowCount).toBeGreaterThan(0);
  expect((await run(job, domains)).kind).toBe('done');
  const opened = await stores!.domain.pool.query(
    `select data->>'storeId' as store from platform.event where type = 'StoreOpened'`,
  );
  expect(new Set(opened.rows.map(({ store }: { store: string }) => store)).size).toBe(chain.stores);
  expect(opened.rowCount).toBe(chain.stores);
  expect(unchanged(await run(job, domains))).toBe(true);
  const copy = temporaryFolder('copy');
  await exportFolder({ folder: copy, domains, format: 'csv', print: () => undefined });
  expect(unchanged(await run({ ...job, folder: copy }, domains))).toBe(true);
});

it('refuses a second import while one is under way, which goes on', async () => {
  const { job, domains } = await begin();
  let second: Promise<unknown> | undefined;
  const first = await run(job, domains, () => {
    second ??= run(job, domains).catch((error: unknown) => error);
  });
  expect(String(await second)).toContain('another import is under way');
  expect(first.kind).toBe('done');
  expect(unchanged(await run(job, domains))).toBe(true);
});
