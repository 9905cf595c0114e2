import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { createLogger } from './createLogger.ts';
import { standardOutput } from './standardOutput.ts';

/**
 * From here on each line that this process prints is a JSON object with its `service`, as whoever collects logs
 * expects: also what it says at its start and end, what libraries say on the console, and warnings of Node. They are
 * printed whatever LOG_LEVEL is: that is for the log. Warnings and errors go to standard error.
 */
export function logForMachines(service: string): void {
  const [out, err] = ([1, 2] as const).map((descriptor) =>
    createLogger({ level: 'trace', service, readable: false, destination: standardOutput(descriptor) }),
  ) as [Logger, Logger];
  const saying = (say: (text: string) => void): Console =>
    new Console(
      new Writable({
        decodeStrings: false,
        write: (text: string, _encoding, done) => {
          say(text.trimEnd());
          done();
        },
      }),
    );
  const [info, debug, warn, error] = [
    saying((text) => out.info(text)),
    saying((text) => out.debug(text)),
    saying((text) => err.warn(text)),
    saying((text) => err.error(text)),
  ];
  Object.assign(console, {
    log: info.log,
    info: info.log,
    dir: info.dir,
    table: info.table,
    debug: debug.log,
    trace: debug.log,
    warn: warn.log,
    error: error.log,
  });
  // Node's own listener prints them as text.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => err.warn({ err: warning }, `${warning.name}: ${warning.message}`));
}
