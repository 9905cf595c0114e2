import { pino, type DestinationStream } from 'pino';

/** What waits for a reader may take so much memory; lines beyond it are not kept. */
const maxWaitingBytes = 4 * 1024 * 1024;
const tryAgainMs = 100;
/** How long a process that ends waits for somebody to read its last lines. */
const lastWordsMs = 1_000;

type TellLost = (lost: number) => void;

/** Where lines can be lost. */
export interface LosingStream {
  /** `tell` is called with the number of lines that were lost, once lines are taken again. The first caller's is. */
  onLost(tell: TellLost): void;
}

/**
 * Standard output (1) or standard error (2), as logs are printed to it. It never waits for who reads: while a pipe is
 * full, lines are kept up to a bound, those beyond are counted, and their number is told when the pipe takes lines
 * again. What is kept is printed before the process ends, unless nobody reads it then either.
 *
 * A line is written at once where there is room: written by another thread, as pino's `sync: false` has it, the lines
 * on their way are lost when the process ends, and a pipe that blocks holds one of Node's few threads for ever.
 */
class StandardOutput implements DestinationStream, LosingStream {
  readonly #out: ReturnType<typeof pino.destination>;
  #tellLost: TellLost | undefined;
  #lost = 0;
  #retry: NodeJS.Timeout | undefined;
  #hasReader = true;
  #endsAt: number | undefined;

  constructor(descriptor: 1 | 2) {
    // Opening its stream is what makes Node set a pipe to be non-blocking.
    void (descriptor === 1 ? process.stdout : process.stderr);
    this.#out = pino.destination({
      dest: descriptor,
      sync: true,
      maxLength: maxWaitingBytes,
      // A `true` makes the library sleep before it tries again.
      retryEAGAIN: () => this.#endsAt !== undefined && performance.now() < this.#endsAt,
    });
    this.#out.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    this.#out.on('drop', () => (this.#lost += 1));
    process.on('exit', () => this.#end());
  }

  write(line: string): void {
    if (this.#hasReader) this.#out.write(line);
  }

  onLost(tell: TellLost): void {
    this.#tellLost ??= tell;
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    if (code === 'EPIPE') this.#hasReader = false;
    else this.#retry ??= setTimeout(() => this.#tryAgain(), tryAgainMs).unref();
  }

  #tryAgain(): void {
    this.#retry = undefined;
    // It goes on with what waits, and fails if the pipe is still full.
    this.write('');
    if (!this.#retry) this.#sayLost();
  }

  #sayLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#tellLost?.(lost);
  }

  #end(): void {
    if (!this.#hasReader) return;
    this.#endsAt = performance.now() + lastWordsMs;
    try {
      this.#out.flushSync();
      this.#sayLost();
    } catch {
      // Nobody reads, or it cannot be written; nobody is left who could be told.
    }
  }
}

const outputs = new Map<1 | 2, StandardOutput>();

/** The same one for all logs of the process, so that the bound holds for all of them and lines stay in order. */
export function standardOutput(descriptor: 1 | 2): StandardOutput {
  const output = outputs.get(descriptor) ?? new StandardOutput(descriptor);
  outputs.set(descriptor, output);
  return output;
}
