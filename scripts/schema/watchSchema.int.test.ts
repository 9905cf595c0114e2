import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Each answer takes a second; on a machine that does much else at the same time, many.
describe('schema:check --watch, in a copy of the repository', { timeout: 170_000 }, () => {
  const copy = temporaryFolder('watched');
  const git = (cwd: string, ...args: string[]): string[] =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd,
      encoding: 'utf8',
    }).split('\n');
  let child: ReturnType<typeof spawn> | undefined;
  let told = '';
  const hears = (pattern: RegExp) => until(() => pattern.test(told), { timeoutMs: 150_000, what: () => told });

  beforeAll(async () => {
    for (const path of git(root, 'ls-files', '--cached', '--others', '--exclude-standard').filter(Boolean)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path), { force: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    git(copy, 'init', '-q', '-b', 'main');
    git(copy, 'add', '-A', '--', '.', ':!node_modules');
    git(copy, 'commit', '-q', '-m', 'before');
    child = spawn(process.execPath, ['--import', 'tsx', 'scripts/schemaCheck.ts', '--watch'], { cwd: copy });
    child.stdout?.on('data', (text: Buffer) => (told += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (told += text.toString()));
    await hears(/the verdict holds/);
  });
  afterAll(() => child?.kill());

  /** Puts the file back as it was, whatever was awaited and did not come. */
  const edited = async (file: string, from: string, to: string, answered: () => Promise<void>): Promise<void> => {
    const text = readFileSync(join(copy, file), 'utf8');
    expect(text).toContain(from);
    told = '';
    writeFileSync(join(copy, file), text.replace(from, to));
    try {
      await answered();
    } finally {
      told = '';
      writeFileSync(join(copy, file), text);
      await hears(/schema:check passes[^]*(s|holds|verdict)\n/);
    }
  };

  it('answers a change of a subgraph before it has composed every contract, and then confirms it', () =>
    edited('subgraphs/orders/schema.graphql', '\n  number: Int!\n', '\n  number: Int\n', async () => {
      await hears(/answered after [\d.]+ s; \d contracts/);
      expect(told).toContain('finding field-type-changed:Order.number');
      await hears(/composed after [\d.]+ s: the verdict holds/);
    }));

  it('answers a change of a document, for which nothing is composed', () =>
    edited('bffs/kiosk/operations/orderScreen.graphql', '    number\n', '    numberr\n', async () => {
      await hears(/answered after [\d.]+ s\n/);
      expect(told).toContain('finding document-invalid:kiosk/orderScreen');
    }));

  it('tells what composition refuses though it could be merged', () =>
    // A key that a type does not have: merging by name looks at no directive.
    edited(
      'bffs/kiosk/schema.graphql',
      'type Store @key(fields: "id"',
      'type Store @key(fields: "nothing"',
      async () => {
        await hears(/this is the verdict/);
        expect(told).toContain('Cannot query field "nothing" on type "Store"');
      },
    ));

  it('goes on after a text that cannot be parsed', () =>
    edited('subgraphs/orders/schema.graphql', '\ntype Order\n', '\ntype Order {{\n', async () => {
      await hears(/finding composition:/);
    }));

  it('begins again when a manifest changes, which is loaded once', async () => {
    const file = join(copy, 'bffs/kiosk/channel.ts');
    told = '';
    writeFileSync(file, `// A remark.\n${readFileSync(file, 'utf8')}`);
    await hears(/channel\.ts changed: begins again[^]*answered after/);
  });
});
