import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';

const last = 20;
let pool: pg.Pool;
let sagas: pg.Pool;
let env: Record<string, string>;
let processes: SupervisedProcess[];

beforeEach(async () => {
  const [countedAt, sagasAt] = await Promise.all([databaseOf(), databaseOf()]);
  pool = testPool({ connectionString: countedAt.url, max: 2 });
  sagas = testPool({ connectionString: sagasAt.url, max: 2 });
  await pool.query('CREATE TABLE counted (key text PRIMARY KEY, number int NOT NULL, pid int NOT NULL)');
  env = { COUNTED_URL: countedAt.url, SAGAS_URL: sagasAt.url };
  processes = [];
});

afterEach(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await pool.end();
  await sagas.end();
});

async function run(...ids: string[]): Promise<SupervisedProcess> {
  const started = superviseProcess({
    script: fileURLToPath(new URL('./fixtures/runCounting.ts', import.meta.url)),
    args: ids,
    ready: /^counting as/,
    env,
    restart: false,
  });
  processes.push(started);
  await started.whenReady();
  return started;
}

const count = async () =>
  (await pool.query<{ pid: number }>('SELECT pid FROM counted ORDER BY number')).rows.map((row) => row.pid);
const ended = (id: string) =>
  until(
    async () =>
      (
        await sagas.query('SELECT 1 FROM dbos.workflow_status WHERE workflow_uuid = $1 AND status = $2', [
          id,
          'SUCCESS',
        ])
      ).rowCount === 1,
    { timeoutMs: 25_000 },
  );

describe('sagas of an executor that is lost', () => {
  it('go on in a standby when it is killed, where they were', async () => {
    const standby = await run();
    const first = await run('a saga');
    await until(async () => (await count()).length >= 3);
    await first.kill('SIGKILL');
    await ended('a saga');
    const pids = await count();
    expect(pids).toHaveLength(last);
    expect(new Set(pids)).toEqual(new Set([first.pid, standby.pid]));
    expect(pids.lastIndexOf(first.pid)).toBeLessThan(pids.indexOf(standby.pid));
  });

  it('go on in a standby when it is heard no more, and stay there when it wakes', async () => {
    const standby = await run();
    const first = await run('a saga');
    await until(async () => (await count()).length >= 3);
    process.kill(first.pid, 'SIGSTOP');
    await until(async () => (await count()).includes(standby.pid), { timeoutMs: 25_000 });
    process.kill(first.pid, 'SIGCONT');
    await ended('a saga');
    expect(await count()).toHaveLength(last);
    const { rows } = await sagas.query<{ executor_id: string }>('SELECT executor_id FROM dbos.workflow_status');
    expect(await standby.whenReady()).toContain(rows[0]!.executor_id);
  });

  it('go on in the next process when it was stopped in good order', async () => {
    const first = await run('a saga');
    await until(async () => (await count()).length >= 3);
    await first.stop();
    const second = await run();
    await ended('a saga');
    expect((await count()).filter((pid) => pid === second.pid).length).toBeGreaterThan(0);
  });
});
