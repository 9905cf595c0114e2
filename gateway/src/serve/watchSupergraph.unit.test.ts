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
/**
 * To be called repeatedly: the watcher may not have read the file's first state yet when it is called for the first
 * time.
 */
const write = (text: string): true => {
  writeFileSync(file, text);
  return true;
};
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

it('reloads a supergraph when its file changes, or at once on a signal, and survives one that cannot be served', async () => {
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

it('tries a failed supergraph again on a signal or a write, and does not reload one that is served already', async () => {
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

it('goes back to the old supergraph if that is written while another is being loaded', async () => {
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

it('reloads a supergraph that was replaced while the channel was starting', () => {
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
