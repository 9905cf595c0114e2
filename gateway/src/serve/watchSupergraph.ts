import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import { StartupError } from '#platform/config/startupError.ts';
import type { RunningChannel } from './gatewayRuntime.ts';

/** What is told when a new supergraph should be looked at without waiting. */
const signal = 'SIGUSR2';
const lookEveryMs = 2_000;

/** A supergraph in a file: what runs on it takes another one when there is one. */
export interface SupergraphFile {
  readonly text: string;
  /** The same channel, which looks at its file until it is closed. */
  watchedBy(running: RunningChannel, log: Logger): RunningChannel;
}

/** @throws StartupError with `missing`, if it is not there */
export function supergraphFile(file: string, missing: string): SupergraphFile {
  const text = read(file);
  if (text === undefined) throw new StartupError(missing);
  return {
    text,
    watchedBy: (running, log) => {
      const stop = watchSupergraph(file, text, running, log);
      return {
        ...running,
        close: () => {
          stop();
          return running.close();
        },
      };
    },
  };
}

/**
 * Takes a supergraph when its file changes, looked at every 2 s, or when the process is sent SIGUSR2. One that cannot
 * be served is logged, and the old one stays. It is tried again when it is written again, or by the signal. `served`:
 * what is served now.
 * @returns how to end that
 */
export function watchSupergraph(
  file: string,
  served: string,
  running: Pick<RunningChannel, 'name' | 'reload'>,
  log: Logger,
  intervalMs = lookEveryMs,
): () => void {
  /** What is served, or will be when what is going on succeeds. */
  let asked = served;
  let stopped = false;
  const look = (): void => {
    const found = read(file);
    if (found === undefined || found === asked) return;
    asked = found;
    running.reload(found).then(
      () => {
        served = found;
      },
      (error: unknown) => {
        // Unless another was asked for meanwhile.
        if (asked === found) asked = served;
        if (!stopped)
          log.error({ err: error, channel: running.name, file }, 'a new supergraph cannot be served; the old one is');
      },
    );
  };
  watchFile(file, { interval: intervalMs, persistent: false }, look);
  process.on(signal, look);
  // It may have been replaced while what runs on it was started.
  look();
  return () => {
    stopped = true;
    unwatchFile(file, look);
    process.off(signal, look);
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It is just being replaced.
    return undefined;
  }
}
