import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:start');
const { settings: flags } = commandLine({
  name: 'bench:start',
  does: 'how long "start" takes until it is ready, code generated before.',
  flags: {
    '--runs <n>': 'second starts (5)',
  },
  more: `Prints: seconds of the first start on an empty data folder, and of each start on the same folder after it.`,
  examples: ['bench:start --runs 5'],
});
await main(Number(flags['RUNS'] ?? 5) || 5);

async function main(runs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-start-'));
  const env = { DATA_DIR: folder, PORT_BASE: String(await freePortBlock(100)), LOG_LEVEL: 'warn', SIMULATION: 'off' };
  const seconds: number[] = [];
  try {
    for (let run = 0; run <= runs; run += 1) {
      const began = performance.now();
      const started = command('start', [], env);
      await started.printed(/^Ready in/);
      seconds.push((performance.now() - began) / 1_000);
      await started.signal('SIGINT');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [first, ...later] = seconds;
  const median = [...later].sort((a, b) => a - b)[Math.floor(later.length / 2)]!;
  console.log(`${availableParallelism()} cores, Node ${process.version}`);
  console.log(`first start   ${first!.toFixed(1)} s`);
  console.log(`later starts  ${median.toFixed(1)} s (median of ${later.map((each) => each.toFixed(1)).join(', ')})`);
}
