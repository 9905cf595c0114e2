import { StartupError } from '#platform/config/startupError.ts';
import { loggableError } from './loggableError.ts';
import { within } from './within.ts';

/** What is stopped in a state that nobody knows may never stop. */
const stopWithinMs = 10_000;

/**
 * From here on, an error of this script that nobody takes, or that rejects at its top, ends it with code 1 and is told
 * on standard error: see `failureText`. Call it first. `first` runs before that, such as to stop what was started, for
 * 10 s at most; how it fails is not told. A script that only prints also ends, and without a word, when whoever reads
 * that wants no more, as `head` does.
 */
export function endOnError(script: string, first?: () => unknown): void {
  process.on('uncaughtException', (error) => void end(script, error, first));
  if (!first)
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(1);
    });
}

async function end(script: string, error: unknown, first?: () => unknown): Promise<void> {
  try {
    await within(
      stopWithinMs,
      () => first?.(),
      () => undefined,
    );
  } finally {
    console.error(failureText(script, error));
    process.exit(1);
  }
}

/**
 * One line for what the person at the keyboard can put right: a StartupError, an address that cannot be listened at. Of
 * all else the stack and codes, without the values of a database.
 */
export function failureText(script: string, error: unknown): string {
  if (error instanceof StartupError || (error as NodeJS.ErrnoException | undefined)?.syscall === 'listen')
    return `${script}: ${(error as Error).message}`;
  return `${script}: ${textOf(loggableError(error))}`;
}

function textOf(told: unknown): string {
  if (typeof told !== 'object' || told === null || !('stack' in told)) return String(told);
  const {
    type: _type,
    message: _message,
    stack,
    errors = [],
    ...fields
  } = told as { type: string; message: string; stack: string; errors?: readonly unknown[] };
  const codes = Object.entries(fields)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
  return [stack, ...(codes ? [codes] : []), ...errors.map(textOf)].join('\n');
}
