import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { command, type RunningCommand } from '../start-command/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('new:subgraph and new:channel, in a copy of the repository', () => {
  const copy = temporaryFolder('copy');
  const lines = (program: string, args: readonly string[], cwd: string): string[] =>
    execFileSync(program, args, { cwd, encoding: 'utf8' }).split('\n').filter(Boolean);
  const git = (...args: string[]): string[] =>
    lines('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], copy);
  const run = (...args: string[]): void => {
    const done = spawnSync(process.execPath, ['--import', 'tsx', ...args], { cwd: copy, encoding: 'utf8' });
    expect([done.status, done.stderr]).toEqual([0, '']);
  };
  let running: RunningCommand | undefined;

  beforeAll(() => {
    for (const path of lines('git', ['ls-files', '--cached', '--others', '--exclude-standard'], root)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path), { force: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // The generated files are copied, so that `generate` makes only what changes.
    cpSync(join(root, 'generated'), join(copy, 'generated'), { recursive: true });
    run('scripts/generate.ts');
    git('init', '-q');
    // A link is no folder: what ignores folders alone would take it in.
    git('add', '-A', '--', '.', ':!node_modules');
    git('commit', '-q', '-m', 'before');
  });
  afterAll(() => running?.signal('SIGKILL'));

  it('touch the new folder, the events of the new subgraph, a line of each registry, and generated files', () => {
    run('scripts/new.ts', 'subgraph', 'giftcards');
    run('scripts/new.ts', 'channel', 'drive-in');
    git('add', '-A', '--', '.', ':!node_modules');
    const touched = git('diff', '--cached', '--numstat').map((line) => line.split('\t'));
    const inside = (path: string): boolean => /^(subgraphs\/giftcards|bffs\/drive-in)\//.test(path);
    const generated = new Set([
      'docker-compose.yml',
      'docs/edges.md',
      'docs/permissions.md',
      'docs/retention.md',
      'docs/settings.md',
      'ops/edge/kong.yaml',
      'ops/prometheus/prometheus.yml',
      'schema/asyncapi.json',
      'schema/supergraph.graphql',
    ]);
    const others = touched.filter(
      ([, , path = '']) => !inside(path) && !generated.has(path) && !/^schema\/(channels|events\/json)\//.test(path),
    );
    expect(others).toEqual([
      ['1', '0', 'schema/channels.ts'],
      ['1', '0', 'schema/edges.ts'],
      ['12', '0', 'schema/events/giftcards.ts'],
      ['3', '0', 'schema/permissions.ts'],
      ['1', '0', 'schema/retention.ts'],
      ['1', '0', 'schema/subgraphs.ts'],
    ]);
    expect(touched.some(([, , path]) => path === 'schema/channels/drive-in.graphql')).toBe(true);
  });

  it('type-check, and pass the tests and the lint that come with them', () => {
    // The compiler also looks at what the new parts import. The rest of the repository is unchanged, and checked by
    // itself.
    const config = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8')) as object;
    const include = ['subgraphs/giftcards', 'bffs/drive-in'];
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ ...config, include }));
    const typed = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.', '--incremental', 'false'],
      { cwd: copy, encoding: 'utf8' },
    );
    expect(typed.stdout.split('\n').filter((line) => /giftcards|drive-in/.test(line))).toEqual([]);
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEST_CLUSTER: process.env['TEST_CLUSTER'],
      TEST_FOLDER: process.env['TEST_FOLDER'],
      NO_COLOR: '1',
    };
    const tested = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'subgraphs/giftcards'],
      { cwd: copy, encoding: 'utf8', env },
    );
    expect(tested.stdout + tested.stderr).toMatch(/Tests {2}3 passed/);
    const linted = spawnSync(
      process.execPath,
      [join(root, 'node_modules/eslint/bin/eslint.js'), 'subgraphs/giftcards', 'bffs/drive-in'],
      { cwd: copy, encoding: 'utf8', env },
    );
    expect(linted.stdout).toBe('');
  });

  it('are served by start, the new subgraph through the new channel', async () => {
    const base = await freePortBlock(60);
    running = command('start', [], { DATA_DIR: join(copy, '.data'), PORT_BASE: String(base), SIMULATION: 'off' }, copy);
    await running.printed(/^Ready in /);
    const [, port] = /'drive-in', port: (\d+)/.exec(readFileSync(join(copy, 'schema/channels.ts'), 'utf8'))!;
    const response = await fetch(`http://127.0.0.1:${base + Number(port)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `{ giftcard(id: "${seedId('giftcard', 1)}") { name } giftcards(first: 1) { edges { node { name } } } menuCategories { id } }`,
      }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ giftcard: { name: 'First' }, giftcards: { edges: [{ node: { name: 'First' } }] } });
    expect(await running.signal('SIGINT')).toBe(0);
  });

  it('refuse a name that is taken or cannot be one', () => {
    for (const [args, message] of [
      [['subgraph', 'orders'], /there is a orders already/],
      [['channel', 'Fax-1'], /cannot be a name/],
      [[], /name what to make: subgraph <name> or channel <name>/],
    ] as const) {
      const refused = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/new.ts', ...args], {
        cwd: copy,
        encoding: 'utf8',
      });
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(message);
    }
    const asked = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/new.ts', 'subgraph'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect([asked.status, asked.stdout]).toEqual([0, expect.stringContaining('new:subgraph <name>') as string]);
  });
});
