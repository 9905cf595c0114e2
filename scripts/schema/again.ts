import { fork } from 'node:child_process';
import { once } from 'node:events';

/** The exit code by which a process asks for another that loads the modules anew. */
const again = 75;

/** Whether this process is one that `keepRunning` began. */
export const isRerun = process.connected;
// Whoever kills the command by its id means this process, too.
if (isRerun) process.once('disconnect', () => process.exit(0));

/** Runs this script with the same arguments in a process of its own, and again whenever that asks for it. */
export async function keepRunning(): Promise<void> {
  let code: number | null = again;
  while (code === again) {
    const child = fork(process.argv[1]!, process.argv.slice(2));
    [code] = (await once(child, 'exit')) as [number | null];
  }
  process.exitCode = code ?? 1;
}

export const beginAgain = (): never => process.exit(again);
