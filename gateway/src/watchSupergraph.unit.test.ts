import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { watchSupergraph } from './watchSupergraph.ts';

const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
const file = join(folder, 'graph.graphql');
let stop = () => {};
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

it('takes a supergraph when its file changes, or at once by a signal; one that cannot be served stops nothing', async () => {
  const log: string[] = [];
  const served: string[] = [];
  writeFileSync(file, 'first');
  const running = { name: 'kiosk', reload: (text: string) => (text === 'broken' ? Promise.reject(new Error('broken')) : Promise.resolve(void served.push(text))) };
  stop = watchSupergraph(file, running, pino({ level: 'error' }, { write: (line: string) => { log.push(line); } }), 20);
  process.emit('SIGUSR2', 'SIGUSR2');
  expect(served).toEqual([]);
  writeFileSync(file, 'broken');
  await until(() => log.length === 1);
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
