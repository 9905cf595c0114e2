import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../platform/testkit/temporaryFolder.ts';

const run = promisify(execFile);
const source = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const folder = temporaryFolder('package');

/** As others install it: built, with the exports that are published, beside what it asks for. */
beforeAll(async () => {
  const modules = join(folder, 'node_modules');
  const installed = join(modules, '@drburger/stream-client');
  mkdirSync(installed, { recursive: true });
  await run(process.execPath, [tsc, '-p', join(source, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')]);
  const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    publishConfig: object;
  };
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }));
  mkdirSync(join(modules, '@apollo'));
  for (const name of ['graphql', 'graphql-ws', 'rxjs', '@apollo/client'])
    symlinkSync(join(source, 'node_modules', name), join(modules, name));
}, 60_000);

describe('the package as it is published', () => {
  it('runs in Node without a build of its own, and loads no Apollo Client unless asked', async () => {
    const program = `
      import { StreamClient, StreamError } from '@drburger/stream-client';
      const client = new StreamClient({ url: 'http://localhost/graphql', webSocketImpl: class { static CONNECTING = 0; static OPEN = 1; static CLOSING = 2; static CLOSED = 3; } });
      client.close();
      console.log(typeof StreamError, typeof (await import('@drburger/stream-client/apollo')).StreamLink);
    `;
    writeFileSync(join(folder, 'program.mjs'), program);
    const { stdout, stderr } = await run(process.execPath, ['program.mjs'], { cwd: folder });
    expect([stdout, stderr]).toEqual(['function function\n', '']);
    for (const file of ['streamClient', 'connection', 'resumingStream']) {
      expect(readFileSync(join(folder, `node_modules/@drburger/stream-client/dist/${file}.js`), 'utf8')).not.toMatch(
        /from '(node:|ws|@apollo)/,
      );
    }
  }, 60_000);

  it('has types: data by the document, variables checked', async () => {
    writeFileSync(
      join(folder, 'typed.mts'),
      `
      import { StreamClient, type StreamDocument } from '@drburger/stream-client';
      declare const document: StreamDocument<{ status: string }, { id: string }>;
      const stream = new StreamClient({ url: 'x', token: () => 'y' }).stream(document, { id: '1' });
      for await (const { data, kind } of stream) { const status: string | undefined = data?.status; const known: 'snapshot' | 'event' | 'resync' = kind; void [status, known]; }
      // @ts-expect-error -- a number is no id
      new StreamClient({ url: 'x' }).stream(document, { id: 1 });
    `,
    );
    await run(
      process.execPath,
      [
        tsc,
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        join(folder, 'typed.mts'),
      ],
      { cwd: folder },
    ).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
  }, 60_000);
});
