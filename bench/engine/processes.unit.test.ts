import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { cpuMs } from './processes.ts';

it.skipIf(process.platform !== 'linux')('measures Node alone, not a script that waits for it', () => {
  expect(cpuMs(process.pid)).toBeGreaterThan(0);
  const waiting = spawn('sh', ['-c', 'read line; exit'], { stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    expect(() => cpuMs(waiting.pid!)).toThrow(/^the process to be measured is \w+, not Node$/);
  } finally {
    waiting.kill('SIGKILL');
  }
});
