import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { builtScript } from '#platform/testkit/builtScript.ts';
import { until } from '#platform/testkit/until.ts';
import { isUp, RunningService } from './composeService.ts';

const service = { image: 'drburger-supergraph', command: ['nothing'], restart: 'on-failure' };

it('begins a service again by the settings of that moment, and says so', async () => {
  const lines: string[] = [];
  const running = new RunningService(service, {
    entry: await builtScript(fileURLToPath(new URL('../../../scripts/serve.ts', import.meta.url))),
    address: '127.0.0.1',
    names: {},
    mounts: {},
    hear: (line) => void lines.push(line),
    readAgain: () => ({ ...service, command: ['--help'] }),
  });
  running.start();
  try {
    await until(() => running.state === 'ended', { timeoutMs: 60_000, what: () => lines.join('\n') });
    expect(lines).toContain('[ended: 1; begins again, with .env as it then is]');
    expect(lines.at(-1)).toBe('[ended: 0]');
  } finally {
    await running.stop();
  }
});

it('is up when it is healthy; without a health check when it runs, or, with a job to do, has done it', () => {
  const checked = { image: 'x', restart: 'unless-stopped', healthcheck: { test: ['CMD', 'true'] } };
  const unchecked = { image: 'x', restart: 'unless-stopped' };
  expect([isUp('running', checked), isUp('healthy', checked)]).toEqual([false, true]);
  expect([isUp('failed', unchecked), isUp('running', unchecked)]).toEqual([false, true]);
  expect([isUp('failed', service), isUp('running', service), isUp('ended', service)]).toEqual([false, false, true]);
});
