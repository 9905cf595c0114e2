import type { DestinationStream } from 'pino';

const colours: Readonly<Record<string, number>> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31, fatal: 31 };
const shownElsewhere = new Set(['level', 'time', 'msg', 'service', 'err', 'correlationId', 'traceId']);

/** Turns JSON log lines into lines for people: time, level, service, message, then what else there is. */
export function readableLines(out: DestinationStream): DestinationStream {
  return { write: (line) => void out.write(`${readableLine(line)}\n`) };
}

function readableLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line.trimEnd();
  }
  const level = String(entry['level']);
  const details = Object.entries(entry)
    .filter(([key]) => !shownElsewhere.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const trace = entry['traceId'] ? [`trace=${String(entry['traceId']).slice(0, 8)}`] : [];
  const error = entry['err'] as { stack?: string; message?: string } | undefined;
  const head = `${String(entry['time']).slice(11, 23)} \u001b[${colours[level] ?? 0}m${level.padEnd(5)}\u001b[0m`;
  const service = entry['service'] ? `${String(entry['service'])}: ` : '';
  return (
    [`${head} ${service}${String(entry['msg'] ?? '')}`, ...details, ...trace].join(' ') +
    (error ? `\n  ${(error.stack ?? error.message ?? '').replaceAll('\n', '\n  ')}` : '')
  );
}
