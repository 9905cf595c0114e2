import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import { StartupError } from '#platform/config/startupError.ts';
import type { RunningChannel } from './gatewayRuntime.ts';

/** A process that gets this signal checks its supergraph file at once. */
const signal = 'SIGUSR2';
/** How often the file is checked. */
const checkEveryMs = 2_000;

/** A supergraph that was read from a file, and can be reloaded when the file changes. */
export interface SupergraphFile {
  readonly text: string;
  /** Returns the same channel, which now reloads its supergraph when the file changes, until it is closed. */
  watchedBy(running: RunningChannel, log: Logger): RunningChannel;
}

/** Reads a supergraph from a file. @throws StartupError with the message `missing` if the file cannot be read */
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
 * Reloads a channel's supergraph when its file changes; the file is checked every 2 s, or when the process gets
 * SIGUSR2. A supergraph that cannot be served is logged, and the old one stays; it is tried again when the file changes
 * or at the next signal. `served`: the text that is served now.
 * @returns a function that stops watching
 */
export function watchSupergraph(
  file: string,
  served: string,
  running: Pick<RunningChannel, 'name' | 'reload'>,
  log: Logger,
  intervalMs = checkEveryMs,
): () => void {
  /** The text that is served, or that a running reload will serve. */
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
        // A later reload may have been started in the meantime.
        if (asked === found) asked = served;
        if (!stopped)
          log.error(
            { err: error, channel: running.name, file },
            'the new supergraph cannot be served; the old one stays',
          );
      },
    );
  };
  watchFile(file, { interval: intervalMs, persistent: false }, look);
  process.on(signal, look);
  // The file may have been replaced while the channel was starting.
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
    // The file is being replaced at this moment.
    return undefined;
  }
}
