import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { builtModules } from '#platform/testkit/builtScript.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { failureText } from './endOnError.ts';

const built = JSON.stringify(await builtModules(new URL('endOnError.ts', import.meta.url)));

/** A script that begins as ours do, and then does this. */
async function script(body: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const code = `import { endOnError } from ${built};\n${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}

const violation = `Object.assign(new Error('duplicate key value violates unique constraint "customer_email_key"'), {
  severity: 'ERROR', code: '23505', detail: 'Key (email)=(ada@example.com) already exists.', constraint: 'customer_email_key' })`;

// At once: one of them waits ten seconds for what never stops.
describe.concurrent('the end of a script', () => {
  it.each([
    ['rejects at its top', `endOnError('seed'); await Promise.reject(${violation});`],
    ['throws where nobody takes it', `endOnError('seed'); setTimeout(() => { throw ${violation}; }, 1);`],
  ])('that %s tells the error without the values of the database, and is 1', async (_what, body) => {
    const { status, stderr } = await script(body);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^seed: Error: duplicate key value violates unique constraint "customer_email_key" \(23505\)\n {4}at .*code=23505 severity=ERROR constraint=customer_email_key\n$/s,
    );
    expect(stderr).not.toContain('ada@');
  });

  it('stops first what was started, and tells the error even when that fails', async () => {
    const { status, stdout, stderr } = await script(
      `endOnError('serve', async () => { await null; console.log('stopped'); throw new Error('not quite'); }); throw new TypeError('broke');`,
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'stopped\n' });
    expect(stderr).toMatch(/^serve: TypeError: broke\n {4}at /);
  });

  it('comes without a word when whoever reads what is printed has read enough', async () => {
    const code = `import { endOnError } from ${built};\nendOnError('trail'); setInterval(() => console.log('a row'), 1);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });

  it('comes even when what was started never stops', async () => {
    const { status, stderr } = await script(
      `endOnError('serve', () => new Promise(() => undefined)); setTimeout(() => { throw new TypeError('broke'); });`,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^serve: TypeError: broke\n {4}at /);
  });

  it('is one line where somebody can put it right', async () => {
    expect(failureText('start', new StartupError('set PORT.'))).toBe('start: set PORT.');
    const [first, second] = [createServer(), createServer()];
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const taken = await new Promise<Error>((resolve) => second.once('error', resolve).listen(first.address()));
    first.close();
    expect(failureText('gateway', taken)).toMatch(/^gateway: listen EADDRINUSE: address already in use \S+$/);
  });

  it('tells all of several errors, and what is none', () => {
    expect(failureText('start', new AggregateError([new Error('one'), new Error('other')], 'both'))).toMatch(
      /^start: AggregateError: both\n.*\nError: one\n.*\nError: other\n/s,
    );
    expect(failureText('start', 'nothing')).toBe('start: nothing');
  });
});
