import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { loggableError } from './loggableError.ts';
import { readableLines } from './readableLines.ts';
import { standardOutput, type LosingStream } from './standardOutput.ts';
import { activeTrace, traceIdOf } from './trace.ts';

export interface LogOptions {
  readonly level: string;
  /** The service's name, if the whole process is one service; otherwise see `logOfService`. */
  readonly service?: string;
  /**
   * One short coloured line for people; else JSON, one object a line. Default: people when standard output is a
   * terminal.
   */
  readonly readable?: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream & Partial<LosingStream>;
}

/** Properties whose values are never printed, up to two levels deep in a log line. */
const confidential = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'cardToken',
  'email',
  'phone',
  'name.first',
  'name.last',
];

/**
 * The log of a process. Every line that follows from a request carries its trace and correlation id; errors, as `err`,
 * tell no values of a database.
 */
export function createLogger({
  level,
  service,
  readable = process.stdout.isTTY,
  destination = standardOutput(1),
}: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base: service === undefined ? null : { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: loggableError },
    redact: { paths: confidential.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    mixin: () => {
      const trace = activeTrace();
      return trace ? { traceId: traceIdOf(trace.traceparent), correlationId: trace.correlationId } : {};
    },
  };
  const log = pino(options, readable ? readableLines(destination) : destination);
  destination.onLost?.((lost) => log.warn({ lost }, 'nobody read this log for a while: lines of it are lost'));
  return log;
}

/** The same log, every line with this `service`. Once: JSON with a key twice is read in different ways. */
export const logOfService = (log: Logger, service: string): Logger =>
  log.bindings()['service'] === service ? log : log.child({ service });
