import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The functions of a child process that can be called, by name; each takes one argument. */
export type Calls = Record<string, (argument: never) => unknown>;

type Argument<Call> = Call extends () => unknown
  ? []
  : Call extends (argument: infer A) => unknown
    ? [argument: A]
    : never;

export interface Child<C extends Calls> {
  /** Calls a function of the child. Rejects with the child's error, or when the child ends. */
  call<Name extends keyof C & string>(
    name: Name,
    ...argument: Argument<C[Name]>
  ): Promise<Awaited<ReturnType<C[Name]>>>;
  end(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument?: unknown;
}
interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Starts a file as a child process, which ends when this process does: TypeScript by its name in this folder, or a
 * bundle by its path.
 */
export function startChild<C extends Calls>(file: string, options: readonly string[] = []): Child<C> {
  const isBundle = file.endsWith('.js');
  const child = fork(isBundle ? file : fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: [...options, ...(isBundle ? [] : ['--import', 'tsx'])],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', ({ id, value, error }: Answer) => {
    if (error === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(`${file}: ${error}`));
    waiting.delete(id);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${signal ?? code}`));
    waiting.clear();
  });
  return {
    call: (name, ...argument) =>
      new Promise((resolve, reject) => {
        const question: Question = { id: (last += 1), name, argument: argument[0] };
        waiting.set(question.id, { resolve: resolve as (value: unknown) => void, reject });
        child.send(question);
      }),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // The child is ended on purpose, so nobody waits for its answers any more.
      waiting.clear();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Lets the parent call these functions; to be called in the child process. */
export function answerCalls(calls: Calls): void {
  process.on('disconnect', () => process.exit());
  // Ctrl-C is left to the parent, which ends its children itself and needs their answers until then.
  process.on('SIGINT', () => undefined);
  process.on('message', ({ id, name, argument }: Question) => {
    void Promise.resolve()
      .then(() => calls[name]!(argument as never))
      .then(
        (value) => process.send!({ id, value } satisfies Answer),
        (error: unknown) => process.send!({ id, error: String((error as Error).stack ?? error) } satisfies Answer),
      );
  });
}
