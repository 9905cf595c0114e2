import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { builtModules } from '#platform/testkit/builtScript.ts';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

const built = JSON.stringify(
  await builtModules(
    ...['createLogger.ts', 'endOnError.ts', 'logForMachines.ts'].map((file) => new URL(file, import.meta.url)),
  ),
);

/** A process that logs, and says over a channel of its own how far it is. Nobody reads its outputs yet. */
function logging(body: string): ChildProcess {
  const code = `import { createLogger, endOnError, logForMachines } from ${built};
    logForMachines('orders');
    endOnError('serve');
    const log = createLogger({ level: 'info', service: 'orders', readable: false });
    const lines = (count) => { for (let n = 1; n <= count; n += 1) log.info({ n, text: 'x'.repeat(1_000) }, 'told'); };
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  return child;
}

const entriesOf = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { n?: number; msg: string; lost?: number; service: string });

it('never waits for a reader that hangs, keeps so much for it, and tells how many lines are lost', async () => {
  const child = logging(`
    lines(12_000);
    console.error('y'.repeat(200_000));
    process.once('message', () => log.info('goes on'));
    process.send('alive');`);
  const [heard] = (await once(child, 'message')) as [string];
  expect(heard).toBe('alive');
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await expect.poll(() => output.includes('"lost":'), { timeout: 20_000 }).toBe(true);
  child.send('go on');
  await expect.poll(() => output.includes('goes on'), { timeout: 20_000 }).toBe(true);
  const entries = entriesOf(output);
  const printed = entries.filter(({ msg }) => msg === 'told').map(({ n }) => n);
  const said = entries.filter(({ lost }) => lost !== undefined);
  // Whole lines, in order: those that were kept come first.
  expect(printed).toEqual(Array.from(printed, (_, at) => at + 1));
  expect(printed.length).toBeGreaterThan(1_000);
  expect(said.map(({ lost, service }) => [lost, service])).toEqual([[12_000 - printed.length, 'orders']]);
}, 60_000);

it.each([
  ['ends by itself', `lines(1_000); process.exit(0);`, 0],
  ['fails', `lines(1_000); setTimeout(() => { throw new TypeError('broke'); });`, 1],
])(
  'prints what waits when the process %s, to a reader that is slow',
  async (_what, body, code) => {
    const child = logging(`${body.replace('lines', `process.send('begun'); lines`)}`);
    await once(child, 'message');
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'exit') as Promise<[number]>,
    ]);
    expect(entriesOf(stdout).map(({ n }) => n)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1));
    if (code === 1) expect(entriesOf(stderr).at(-1)!.msg).toContain('serve: TypeError: broke');
    expect(status).toBe(code);
  },
  60_000,
);

it('ends with its code although nobody reads', async () => {
  const child = logging(`lines(1_000); console.error('z'.repeat(300_000)); process.exit(3);`);
  expect(await once(child, 'exit')).toEqual([3, null]);
}, 60_000);
