import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';

/** The repository as somebody has it who cloned and installed it, and has run nothing yet: nothing is generated. */
const root = fileURLToPath(new URL('../..', import.meta.url));
let clone: string;
let before: string[];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

beforeAll(() => {
  // A folder may have any name: one with a space finds addresses of files that are taken for paths.
  clone = join(temporaryFolder('clone'), 'my clone');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  for (const folder of new Set(files.map(dirname))) mkdirSync(join(clone, folder), { recursive: true });
  for (const file of files) cpSync(join(root, file), join(clone, file));
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  before = readdirSync(clone).sort();
});

async function run(
  script: string,
  args: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('sh', ['-c', `${scripts[script]} "$@"`, script, ...args], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${join(clone, 'node_modules/.bin')}:${process.env['PATH']}`, HOME: process.env['HOME'] },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}

it('every command says what it does, and does nothing else', async () => {
  const wrong: string[] = [];
  const queue = Object.keys(scripts);
  await Promise.all(
    [1, 2, 3].map(async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        const { code, stdout, stderr } = await run(name, ['--help']);
        if (code !== 0 || !stdout.startsWith(`${name}: `) || stderr !== '')
          wrong.push(`${name} ended with ${code}: ${stdout.slice(0, 200)}${stderr.slice(0, 600)}`);
      }
    }),
  );
  expect(wrong).toEqual([]);
  expect(readdirSync(clone).sort()).toEqual(before);
});

it.each(['generate', 'new:subgraph'])('%s refuses a flag that it does not know', async (name) => {
  const { code, stderr } = await run(name, ['--hepl']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('The flag --hepl is unknown')]);
  expect(readdirSync(clone).sort()).toEqual(before);
});

it('a token is refused where no system has a key for it', async () => {
  const { code, stdout, stderr } = await run('token:for', ['kiosk']);
  expect([code, stdout, stderr]).toEqual([
    1,
    '',
    expect.stringMatching(/no system was ever started on .*\.data: run "start" first, or set DATA_DIR/),
  ]);
  expect(readdirSync(clone).sort()).toEqual(before);
});
