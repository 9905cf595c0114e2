import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { supergraphFile, watchSupergraph } from './watchSupergraph.ts';

let folder: string;
let file: string;
let stop = () => {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
  file = join(folder, 'graph.graphql');
  writeFileSync(file, 'first');
});
/** Called again and again: what the file is compared with may not have been read yet the first time. */
const write = (text: string): true => {
  writeFileSync(file, text);
  return true;
};
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

it('takes a supergraph when its file changes, or at once by a signal; one that cannot be served stops nothing', async () => {
  const log: string[] = [];
  const served: string[] = [];
  const running = {
    name: 'kiosk',
    reload: (text: string) =>
      text === 'broken' ? Promise.reject(new Error('broken')) : Promise.resolve(void served.push(text)),
  };
  stop = watchSupergraph(
    file,
    'first',
    running,
    pino(
      { level: 'error' },
      {
        write: (line: string) => {
          log.push(line);
        },
      },
    ),
    20,
  );
  process.emit('SIGUSR2', 'SIGUSR2');
  expect(served).toEqual([]);
  await until(() => write('broken') && log.length > 0);
  writeFileSync(file, 'the second');
  await until(() => served.length === 1);
  writeFileSync(file, 'third');
  process.emit('SIGUSR2', 'SIGUSR2');
  expect(served).toEqual(['the second', 'third']);
  stop();
  writeFileSync(file, 'nobody looks');
  process.emit('SIGUSR2', 'SIGUSR2');
  expect(served.length).toBe(2);
});

it('tries again what could not be served, when it is told to or the file is written again; and what is served already is not taken again', async () => {
  const log: string[] = [];
  const taken: string[] = [];
  let isAway = true;
  const running = {
    name: 'kiosk',
    reload: (text: string) =>
      isAway ? Promise.reject(new Error('the broker is away')) : Promise.resolve(void taken.push(text)),
  };
  stop = watchSupergraph(
    file,
    'first',
    running,
    pino(
      { level: 'error' },
      {
        write: (line: string) => {
          log.push(line);
        },
      },
    ),
    20,
  );
  const tell = () => process.emit('SIGUSR2', 'SIGUSR2');
  writeFileSync(file, 'second');
  tell();
  await until(() => log.length > 0);
  const before = log.length;
  await until(() => write('second') && log.length > before + 1);
  isAway = false;
  tell();
  await until(() => taken.length > 0);
  tell();
  expect(taken).toEqual(['second']);
});

it('goes back to what was served while another is being taken', async () => {
  const tried: string[] = [];
  const running = {
    name: 'kiosk',
    reload: (text: string) => {
      tried.push(text);
      return new Promise<void>(() => undefined);
    },
  };
  stop = watchSupergraph(file, 'first', running, pino({ level: 'silent' }), 20);
  for (const text of ['second', 'first']) {
    writeFileSync(file, text);
    process.emit('SIGUSR2', 'SIGUSR2');
    process.emit('SIGUSR2', 'SIGUSR2');
  }
  expect(tried).toEqual(['second', 'first']);
});

it('takes what took its place while the first one was started', () => {
  const served: string[] = [];
  const first = supergraphFile(file, 'missing');
  writeFileSync(file, 'second');
  const running = {
    name: 'kiosk',
    port: 0,
    url: '',
    reload: (text: string) => Promise.resolve(void served.push(text)),
    drain: () => undefined,
    close: () => Promise.resolve(),
  };
  const watched = first.watchedBy(running, pino({ level: 'silent' }));
  stop = () => void watched.close();
  expect(served).toEqual(['second']);
});
